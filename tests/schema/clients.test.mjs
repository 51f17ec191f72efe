// SPDX-License-Identifier: MIT
// The projects of the page for clients: their tools take the printed schema, what they generate compiles, and the clients work
// with the demo gateway.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { demoGateway, requireOfExamples, root } from '../support-js/paths.mjs';
import { Sandbox } from '../support-js/sandbox.mjs';
import { Server } from '../support-js/server.mjs';
import { Desk } from './desk.mjs';

const packages = fileURLToPath(new URL('node_modules', import.meta.url));
const page = readFileSync(join(root, 'examples/clients/README.md'), 'utf8');
const FILES = [...page.matchAll(/<!-- writes (\S+) -->\n```\w+\n([^]*?)```/g)].map(([, name, text]) => ({ name, text }));
const TITLES = ['B', 'C', 'A']; // More than a page.

let desk;
let sandbox;
let server;
let token;

/** Runs a program of a package in the project. */
function run(program, ...args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: desk.folder, encoding: 'utf8' });
  assert.equal(status, 0, `${program}: ${stdout}${stderr}`);
  return stdout;
}

/** Loads a module of the project that was compiled. */
function load(name) {
  return createRequire(desk.path('index.js'))(`./js/${name}.js`);
}

before(async () => {
  desk = new Desk();
  symlinkSync(packages, desk.path('node_modules'));
  desk.schema('schema.graphql', desk.host);
  for (const { name, text } of FILES) desk.write(name, text);
  sandbox = new Sandbox();
  server = new Server(process.execPath, [demoGateway, '--config', sandbox.writeConfig()]);
  await server.ready();
  token = await sandbox.jwt({ sub: 'user:ada', grants: [{ organizationId: '*', actions: ['READ', 'CREATE', 'UPDATE', 'DELETE'] }] });
  run(join(packages, '@graphql-codegen/cli/cjs/bin.js'));
  const options = { strict: true, outDir: 'js', skipLibCheck: true, target: 'es2022', module: 'node16', types: [] };
  const asModules = { compilerOptions: { ...options, noEmit: true, verbatimModuleSyntax: true } };
  desk.write('package.json', '{ "type": "module" }');
  desk.write('tsconfig.json', JSON.stringify({ ...asModules, include: ['src'] }));
  run(requireOfExamples.resolve('typescript/lib/tsc.js'), '-p', '.');
  desk.write('package.json', '{}');
  desk.write('tsconfig.json', JSON.stringify({ compilerOptions: options, include: ['src'] }));
  run(requireOfExamples.resolve('typescript/lib/tsc.js'), '-p', '.');
});

after(async () => {
  await server?.stop();
  sandbox?.remove();
  desk?.remove();
});

test('urql creates, lists page by page, and learns of a conflict', async () => {
  const { connect, create, rename, titlesOf } = load('urql');
  const client = connect(server.url, token);
  const made = [];
  for (const title of TITLES) made.push((await create(client, 'acme', title)).data.integrationCreate.integration);
  assert.deepEqual(await titlesOf(client, 'acme'), ['A', 'B', 'C']);
  const [{ id, version }] = made;
  assert.deepEqual(await rename(client, id, version, 'D'), { renamed: true, version: 2 });
  assert.deepEqual(await rename(client, id, version, 'E'), { renamed: false, version: 2 });
  assert.deepEqual(await titlesOf(client, 'acme'), ['A', 'C', 'D']);
});

test('Apollo Client joins pages, and takes what is deleted out of its cache', async () => {
  const { connect, remove, titlesOf } = load('apollo');
  const { Create, List } = load('documents');
  const client = connect(server.url, token);
  for (const title of TITLES) await client.mutate({ mutation: Create, variables: { input: { organizationId: 'globex', title } } });
  assert.deepEqual(await titlesOf(client, 'globex'), ['A', 'B', 'C']);
  const edges = () => client.readQuery({ query: List, variables: { organizationId: 'globex' } }).integrations.edges.map(({ node }) => node);
  const [{ id, version }] = edges();
  await remove(client, id, version);
  assert.deepEqual(edges().map(({ title }) => title), ['B', 'C']);
  await remove(client, id, version); // Gone already.
});

test('relay-compiler takes the schema: connections, fragments that load themselves again, edits of lists', () => {
  run(join(packages, 'relay-compiler/cli.js'));
  const made = readdirSync(desk.path('relay/__generated__')).sort();
  assert.deepEqual(made, ['integrationsCreateMutation', 'integrationsDeleteMutation', 'integrationsListQuery', 'integrationsPageQuery', 'integrationsRowQuery',
    'integrations_list', 'integrations_row'].map((name) => `${name}.graphql.ts`).sort());
});
