// SPDX-License-Identifier: MIT
// Installs the package with npm from a checkout into the gateway that its README shows, and runs it.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build, requireOfExamples, root } from '../support.mjs';

const PATIENCE = 10_000;
const { GQL_BINDING, ...environment } = process.env;
const example = /```js\n(import[^]*?)```/.exec(readFileSync(join(root, 'examples/node-host/README.md'), 'utf8'))[1];
let folder;
let checkout;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'node-host-install-'));
  checkout = join(folder, 'checkout');
  const isSource = (path) => !path.endsWith('gql_binding.node');
  for (const name of ['abi', 'examples/node-host']) cpSync(join(root, name), join(checkout, name), { recursive: true, filter: isSource });
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** Creates a folder with the README's gateway and graphql, and installs the package there with npm. */
function install(name, options, env = {}) {
  const app = join(folder, name);
  mkdirSync(join(app, 'plugins'), { recursive: true });
  symlinkSync(join(build, 'plugin/integrations.so'), join(app, 'plugins/integrations.so'));
  const dependencies = { graphql: requireOfExamples('graphql/package.json').version };
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name, private: true, type: 'module', dependencies }));
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...options, join(checkout, 'examples/node-host')],
    { cwd: app, encoding: 'utf8', stdio: 'pipe', env: { ...environment, ...env } });
  return app;
}

/** Returns what the installed command prints. */
function printSchema(app) {
  return execFileSync(join(app, 'node_modules/.bin/gql-plugin-host'), ['plugins'], { cwd: app, encoding: 'utf8', env: environment });
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

async function post(url, query) {
  for (const until = Date.now() + PATIENCE; ;) {
    try {
      const response = await fetch(url, { method: 'POST', headers: { connection: 'close' }, body: JSON.stringify({ query }) });
      return await response.json();
    } catch (error) {
      if (Date.now() > until) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }
}

/** Runs the README's gateway, creates an integration and lists it. */
async function serve(app) {
  const port = await freePort();
  writeFileSync(join(app, 'gateway.js'), example.replace('4000', String(port)));
  const child = spawn(process.execPath, ['gateway.js'], { cwd: app, env: environment, stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    const url = `http://127.0.0.1:${port}`;
    const created = await post(url, 'mutation { integrationCreate(input: { organizationId: "acme", title: " A " }) { integration { title } } }');
    assert.deepEqual(created, { data: { integrationCreate: { integration: { title: 'A' } } } });
    const { data } = await post(url, '{ integrations(organizationId: "acme") { nodes { title organization { id } } } }');
    assert.deepEqual(data.integrations.nodes, [{ title: 'A', organization: { id: 'acme' } }]);
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), PATIENCE);
    assert.deepEqual(await ended, [0, null], 'it did not end by itself');
    clearTimeout(timer);
  } finally {
    child.kill('SIGKILL');
  }
}

test('the example of the README has 20 lines', () => {
  assert.ok(example.trimEnd().split('\n').length <= 20);
});

test('a copy, with the binding in it, serves', async () => {
  const app = install('copy', ['--install-links']);
  const installed = join(app, 'node_modules/gql-plugin-host');
  assert.ok(lstatSync(installed).isDirectory());
  assert.ok(existsSync(join(installed, 'gql_binding.node')));
  assert.ok(existsSync(join(installed, 'README.md')));
  assert.ok(!existsSync(join(installed, 'binding')));
  rmSync(join(checkout, 'examples/node-host/gql_binding.node')); // The copy does not need the checkout.
  await serve(app);
  assert.match(printSchema(app), /^type IntegrationConnection /m);
});

test('a link serves, with the gateway\'s graphql', async () => {
  const app = install('link', ['--no-install-links']);
  assert.ok(lstatSync(join(app, 'node_modules/gql-plugin-host')).isSymbolicLink());
  await serve(app);
  assert.match(printSchema(app), /^type IntegrationConnection /m);
});

test('a schema of another copy of graphql fails with instructions', () => {
  const app = join(folder, 'link');
  cpSync(join(app, 'node_modules/graphql'), join(app, 'other'), { recursive: true });
  const code = `import { loadPlugins } from 'gql-plugin-host'; import { createRequire } from 'node:module';
    await loadPlugins('plugins', { schema: createRequire(import.meta.url)('./other/index.js').buildSchema('type Query { x: Int }') });`;
  writeFileSync(join(app, 'foreign.js'), code);
  assert.throws(() => execFileSync(process.execPath, ['foreign.js'], { cwd: app, encoding: 'utf8', stdio: 'pipe', env: environment, timeout: PATIENCE }),
    /another copy of the package graphql.*--install-links/);
});

test('the build reports every missing requirement', () => {
  const env = { CC: '/nonexistent/cc' };
  for (const options of [['--install-links'], ['--no-install-links']]) {
    assert.throws(() => install(`missing${options[0]}`, options, env), (error) => {
      assert.match(error.stderr, /gql-plugin-host can't build its binding\. Install/);
      assert.match(error.stderr, /a C compiler \(\/nonexistent\/cc\): Debian's package build-essential/);
      return true;
    });
  }
});

test('with ignore-scripts, loading says that the binding is missing', () => {
  const app = install('ignored', ['--install-links', '--ignore-scripts']);
  rmSync(join(app, 'node_modules/gql-plugin-host/gql_binding.node'), { force: true }); // npm before 11 compiles nonetheless.
  writeFileSync(join(app, 'gateway.js'), example.replace('4000', '0'));
  assert.throws(() => execFileSync(process.execPath, ['gateway.js'],
    { cwd: app, encoding: 'utf8', stdio: 'pipe', env: environment, timeout: PATIENCE }),
  /The native binding .*gql_binding\.node does not exist.*examples\/node-host\/build\.js/);
});
