// SPDX-License-Identifier: MIT
// The README's samples are correct, and the plugin publishes valid GraphQL.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { Sandbox } from './harness.mjs';

const gatewayRequire = createRequire(new URL('../../examples/demo-host/index.js', import.meta.url));
const { parse } = gatewayRequire('graphql');
const Ajv = gatewayRequire('ajv/dist/2020.js').default;
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
let sandbox;
let gateway;

before(async () => {
  sandbox = new Sandbox();
  gateway = await sandbox.start();
});

after(async () => {
  await gateway?.stop();
  sandbox?.remove();
});

/** Turns text into a pattern, in which `…` matches anything. */
function patternOf(text) {
  const escaped = text.split('…').map((part) => part.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('[^]*')}$`);
}

test('the session of the README is correct', async () => {
  const steps = [...readme.matchAll(/^\$ api '(.*)'\n(.*)$/gm)];
  assert.equal(steps.length, 4);
  const shownId = /"id":"([0-9a-f-]{36})"/.exec(steps[0][2])[1];
  let id = shownId;
  for (const [, body, shown] of steps) {
    const answer = await (await gateway.post(body.replaceAll(shownId, id))).text();
    if (id === shownId) id = /"id":"([0-9a-f-]{36})"/.exec(answer)[1];
    assert.match(answer.replaceAll(id, shownId), patternOf(shown));
  }
});

test('the session of the page of errors is correct: a create that is sent again', () => {
  const [, session] = /```console\n([^]*?)```/.exec(readFileSync(new URL('../../examples/clients/errors.md', import.meta.url), 'utf8'));
  const steps = session.split(/^\$ /m).slice(1).map((step) => step.split('\n'));
  const script = steps.map(([command]) => `${command}\necho`).join('\n').replace('http://127.0.0.1:4000/graphql', gateway.url);
  const said = execFileSync('bash', ['-c', script], { encoding: 'utf8', timeout: 60_000 }).split('\n').slice(1, -1);
  const ID = /"id":"([0-9a-f-]{36})"/;
  const [id, shownId] = [ID.exec(said[0])[1], ID.exec(session)[1]];
  assert.equal(steps.length, 4);
  steps.slice(1).forEach(([, shown], i) => assert.match(said[i].replaceAll(id, shownId), patternOf(shown)));
});

test('the configuration of the README fits its schema', () => {
  const config = JSON.parse(/```json\n([^]*?)```/.exec(readme)[1]);
  const schema = JSON.parse(readFileSync(new URL('../../examples/demo-host/config.schema.json', import.meta.url), 'utf8'));
  const ajv = new Ajv({ strict: true, strictRequired: false, formats: { path: true } });
  assert.ok(ajv.validate(schema, config), JSON.stringify(ajv.errors));
});

test('every part of the schema is valid GraphQL, and the configuration schema a JSON Schema', () => {
  const native = gatewayRequire(fileURLToPath(new URL('../../build/examples/node-host/gql_binding.node', import.meta.url)));
  const runtime = native.createRuntime({ name: 'books', version: '1', logLevel: 1, copyPlugins: false }, () => {});
  const library = native.openLibrary(runtime, fileURLToPath(new URL('../../build/plugin/integrations.so', import.meta.url)));
  const { parts, configSchema, references } = native.describe(library);
  assert.ok(parts.length > 10);
  for (const { sdl } of parts) assert.ok(parse(sdl).definitions.length > 0);
  const subgraph = parts.find((part) => part.kind === 3).sdl;
  for (const piece of ['type Integration implements Actor & Node & Versioned & Titled @key(fields: "id")', 'type PageInfo @shareable',
    'type Organization @key(fields: "id", resolvable: false)']) assert.ok(subgraph.includes(piece), piece);
  assert.deepEqual(references, ['Organization']);
  const schema = JSON.parse(configSchema);
  const validate = new Ajv({ formats: { path: true } }).compile(schema);
  assert.ok(validate({ database: { path: 'x' } }));
  assert.ok(!validate({ database: { path: 'x' }, colour: 1 }));
  native.closeLibrary(library);
  native.destroyRuntime(runtime);
});
