// SPDX-License-Identifier: MIT
// From a mutation over HTTP to a receiver of webhooks, over restarts, and with two gateways.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { makeKey } from '../../examples/demo-host/webhooks/keys.js';
import { build, demoGateway, root } from '../support-js/paths.mjs';
import { Receiver, until } from '../webhooks/support.mjs';
import { Gateway, Sandbox } from './harness.mjs';

const PAGE = readFileSync(join(root, 'examples/webhooks.md'), 'utf8');
const CERTIFICATE = join(root, 'tests/webhooks/localhost.pem');
const COMMAND = join(root, 'examples/demo-host/webhooks/command.js');
const { isAuthentic } = await import(`data:text/javascript,${encodeURIComponent(/^```js\n([^]*?)^```/m.exec(PAGE)[1])}`);

let receiver;
let sandbox;
let key;
let gateways;

before(async () => {
  const pem = readFileSync(CERTIFICATE);
  receiver = await new Receiver().listen({ key: pem, cert: pem });
});
after(() => receiver.close());

beforeEach(() => {
  receiver.got = [];
  receiver.answer = (req, res) => res.writeHead(204).end();
  sandbox = new Sandbox();
  key = makeKey(false);
  writeFileSync(sandbox.path('gateway.key'), `${key.secret}\n`, { mode: 0o600 });
  gateways = [];
});
afterEach(async () => {
  await Promise.all(gateways.map((gateway) => gateway.stop()));
  for (const { log } of gateways) for (const text of [key.secret, key.secret.slice(5, 30), 'Secret title']) assert.ok(!log.includes(text), log);
  if (existsSync(sandbox.path('postgres'))) postgres('stop');
  sandbox.remove();
});

/** The setting `webhooks`, with the endpoint crm. */
function webhooks(more = {}) {
  return { folder: 'webhooks', endpoints: { crm: { url: receiver.url, secretFiles: ['gateway.key'] } }, allowedAddresses: ['127.0.0.1'],
    retries: { attempts: 3, firstDelayMilliseconds: 5, longestDelayMilliseconds: 20 }, leaseMilliseconds: 1000, ...more };
}

/** Starts a gateway, with webhooks unless `change` takes them away. */
async function start(change = () => {}) {
  const file = sandbox.writeConfig((config, own) => {
    config.webhooks = webhooks();
    change(config, own);
  });
  const gateway = new Gateway(process.execPath, [demoGateway, '--config', file], { NODE_EXTRA_CA_CERTS: CERTIFICATE });
  gateways.push(gateway);
  await gateway.ready();
  assert.ok(gateway.url, gateway.log);
  return gateway;
}

const posted = (count) => until(() => receiver.got.length >= count, `${count} posts`);
const UPDATE = 'mutation($id: ID!) { integrationUpdate(input: { id: $id, version: 1, isActive: false }) { integration { id } } }';
const DELETE = 'mutation($id: ID!) { integrationDelete(input: { id: $id, version: 2 }) { deletedId } }';

test('what is done with an integration is posted, in order, and signed', async () => {
  const gateway = await start();
  const { id } = await gateway.create('acme', 'Secret title');
  await gateway.data(UPDATE, { id });
  await gateway.data(DELETE, { id });
  await posted(3);
  for (const { headers, body } of receiver.got) {
    assert.ok(isAuthentic(headers, body, key.verifier));
    assert.ok(!isAuthentic(headers, `${body} `, key.verifier) && !isAuthentic(headers, body, makeKey(false).verifier));
  }
  assert.deepEqual(receiver.got.map(({ json }) => [json.type, json.data.sequence, json.data.aggregateId]),
    [['integration.created', 1, id], ['integration.updated', 2, id], ['integration.deleted', 3, id]]);
  const { json, headers } = receiver.got[1];
  const { time, ...data } = json.data;
  assert.equal(time, undefined);
  assert.deepEqual([json.timestamp.slice(-1), data], ['Z', { id: headers['webhook-id'], organizationId: 'acme', aggregateType: 'Integration', eventType: 'UPDATED', sequence: 2,
    actorId: 'demo', actorKind: 'USER', sourceType: 'API', traceId: data.traceId, aggregateId: id, data: { version: { old: 1, new: 2 }, isActive: { old: true, new: false } } }]);
});

test('what was done without webhooks, or not taken before the gateway ended, is posted after the restart', async () => {
  const silent = await start((config) => { delete config.webhooks; });
  await silent.create('acme', 'before');
  await silent.stop();
  receiver.answer = () => {}; // It hangs.
  const killed = await start();
  await posted(1);
  await killed.stop('SIGKILL');
  receiver.answer = (req, res) => res.writeHead(200).end();
  const again = await start();
  await again.create('acme', 'after');
  await posted(3);
  const ids = receiver.ids;
  assert.equal(ids[0], ids[1]);
  assert.deepEqual(receiver.got.map(({ json }) => json.data.sequence), [1, 1, 2]);
  await again.stop();
  const last = await start();
  await last.create('acme', 'last');
  await posted(4);
  assert.equal(receiver.got[3].json.data.sequence, 3);
});

const POSTGRES = join(root, 'examples/postgres.sh');

/** Starts or stops the private server of the sandbox. Returns what the script prints. */
function postgres(command) {
  return execFileSync(POSTGRES, [command, sandbox.path('postgres')], { encoding: 'utf8', timeout: 120_000 }).trim();
}

/** What gateways share: each makes it, and returns the setting `database`. */
const SHARED = {
  'one database': () => ({ path: sandbox.path('shared') }),
  'a database for each organization'() {
    mkdirSync(sandbox.path('shared'));
    return { root: sandbox.path('shared') };
  },
  'one PostgreSQL'() {
    chmodSync(sandbox.folder, 0o711); // The server's user must get to its own folder.
    return { url: postgres('start'), passwordFile: sandbox.path('postgres/password'), migrate: true };
  },
};

for (const [what, make] of Object.entries(SHARED)) {
  test(`of two gateways on ${what}, one posts each event`, async () => {
    const database = make();
    const share = (name) => (config, own) => {
      config.webhooks.folder = name;
      own.database = database;
    };
    const both = [await start(share('one')), await start(share('two'))];
    const organizations = ['acme', 'globex', 'initech'];
    const rounds = Array.from({ length: 8 }, (_, i) => i);
    for (const i of rounds) await Promise.all(organizations.map((organization) => both[i % 2].create(organization, `Secret title ${i}`)));
    await posted(24);
    for (const gateway of both) await gateway.stop();
    assert.equal(new Set(receiver.ids).size, 24);
    assert.equal(receiver.ids.length, 24);
    for (const organization of organizations) {
      const sequences = receiver.got.filter(({ json }) => json.data.organizationId === organization).map(({ json }) => json.data.sequence);
      assert.deepEqual(sequences, rounds.map((i) => i + 1));
    }
  });
}

test('an event that nobody takes is a dead letter, and is posted once more on demand', async () => {
  receiver.answer = (req, res) => res.writeHead(500).end();
  const gateway = await start();
  await gateway.create('acme', 'Secret title');
  await until(() => gateway.log.includes('is a dead letter after 3 attempts: status 500'));
  assert.equal(spawnSync('grep', ['-r', 'Secret title', sandbox.path('webhooks')]).status, 1, 'a dead letter has content');
  receiver.answer = (req, res) => res.writeHead(200).end();
  const { status, stdout } = spawnSync(process.execPath, [COMMAND, 'redeliver', '--all', '--config', sandbox.path('gateway.json')], { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [0, '1 dead letters will be posted again\n']);
  await until(() => gateway.log.includes('was a dead letter, and is delivered'));
  assert.equal(new Set(receiver.ids).size, 1);
  assert.equal(receiver.got.length, 4);
  assert.equal(receiver.got[3].json.data.data.title.new, 'Secret title');
});

test('dead letters go with the erasure of an organization', async () => {
  receiver.answer = (req, res) => res.writeHead(500).end();
  const gateway = await start();
  await gateway.create('acme', 'Secret title');
  await gateway.create('globex', 'Secret title');
  await until(() => gateway.log.match(/is a dead letter/g)?.length === 2);
  execFileSync(join(build, 'plugin/ctl/integrationsctl'), ['tenants', 'erase', '--database', sandbox.path('gateway.db'), '--organization', 'acme', '--force']);
  await gateway.stop();
  const again = await start();
  await until(() => again.log.includes('because their events are not there any more: 1'));
  const { stdout } = spawnSync(process.execPath, [COMMAND, 'list', '--json', '--config', sandbox.path('gateway.json')], { encoding: 'utf8' });
  assert.equal(JSON.parse(stdout).organizationId, 'globex');
});

test('a receiver whose certificate nobody trusts gets nothing', async () => {
  const file = sandbox.writeConfig((config) => { config.webhooks = webhooks(); });
  const gateway = new Gateway(process.execPath, [demoGateway, '--config', file]);
  gateways.push(gateway);
  await gateway.ready();
  await gateway.create('acme', 'Secret title');
  await until(() => /is a dead letter after 3 attempts: .*self.signed certificate/.test(gateway.log));
  assert.deepEqual(receiver.got, []);
});

const RUN = `import json, os, sys
sys.path.append(sys.argv[1])
import page
ran, whole = page.run(open(sys.argv[2]).read(), sys.argv[3], os.environ)
print(json.dumps([[command for command, good, output in ran if not good], len(ran), whole, ran]))`;

test('the samples of the page do what is shown', async () => {
  writeFileSync(sandbox.path('webhooks'), `#!/bin/sh\nexec '${process.execPath}' '${COMMAND}' "$@"\n`, { mode: 0o755 });
  receiver.answer = (req, res, { data }) => res.writeHead(data.sequence === 1 ? 500 : 410).end();
  const gateway = await start((config) => { config.webhooks.folder = 'state'; });
  for (const title of ['one', 'two']) await gateway.create('acme', title);
  await until(() => gateway.log.includes('is a dead letter') && gateway.log.includes('disabled'));
  await gateway.stop();
  const environment = { ...process.env, PATH: `${sandbox.folder}:${process.env.PATH}` };
  const shown = execFileSync('python3', ['-c', RUN, join(root, 'tests/support'), join(root, 'examples/webhooks.md'), sandbox.folder], { encoding: 'utf8', env: environment });
  const [wrong, count, whole, ran] = JSON.parse(shown);
  assert.deepEqual([wrong, whole], [[], true], JSON.stringify(ran, null, 1));
  assert.ok(count >= 6);
});

test('the tables of the page have what --help and the schema say', () => {
  const help = spawnSync(process.execPath, [COMMAND, '--help'], { encoding: 'utf8' }).stdout;
  for (const [, name] of PAGE.matchAll(/^\| `(\w+) --/gm)) assert.match(help, new RegExp(`^  ${name} --`, 'm'));
  for (const [, name] of help.matchAll(/^ {2}(\w+) --/gm)) assert.match(PAGE, new RegExp(`^\\| \`${name} --`, 'm'));
  const { webhooks: schema } = JSON.parse(readFileSync(join(root, 'examples/demo-host/config.schema.json'), 'utf8')).properties;
  const settings = [...Object.keys(schema.properties), ...Object.keys(schema.properties.endpoints.additionalProperties.properties)];
  for (const name of settings) assert.match(PAGE, new RegExp(`^\\| .*\`(…\\.)?${name}(\\.\\w+)?\``, 'm'), name);
  for (const group of ['timeouts', 'retries']) {
    for (const [name, { default: value }] of Object.entries(schema.properties[group].properties)) {
      assert.match(PAGE, new RegExp(`^\\| .*\`${group}\\.${name}\`.* \\|.*\\b${value}\\b`, 'm'), name);
    }
  }
});
