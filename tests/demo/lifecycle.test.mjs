// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PLUGIN_ID } from '../support-js/sandbox.mjs';
import { build, Sandbox } from './harness.mjs';

let sandbox;

before(() => { sandbox = new Sandbox(); });
after(() => sandbox?.remove());

/** Starts a gateway, runs the body, and stops the gateway. */
async function serving(change, body) {
  const gateway = await sandbox.start(change);
  try {
    assert.ok(gateway.url, gateway.log);
    return await body(gateway);
  } finally {
    await gateway.stop();
  }
}

const LIST = '{ integrations(organizationId: "acme", first: 100) { nodes { title } total { count } } }';

test('data survives a restart, and the gateway stops cleanly', async () => {
  const first = await sandbox.start();
  await first.create('acme', 'Survivor');
  assert.deepEqual(await first.stop('SIGINT'), { code: 0, signal: null });
  assert.match(first.log, /stopped/);
  await serving(undefined, async (gateway) => {
    assert.deepEqual((await gateway.data(LIST)).integrations, { nodes: [{ title: 'Survivor' }], total: { count: 1 } });
  });
});

test('the log says that the demo lets everybody in, and takes tokens for any audience', async () => {
  await serving(undefined, async (gateway) => {
    assert.match(gateway.log, /demo.*all grants/);
    assert.match(gateway.log, /"level":"warning".*"msg":"authentication\.jwt\.anyAudience: /);
  });
});

test('a demo listens on another loopback address', async () => {
  await serving((config) => { config.host = '127.0.0.2'; }, async (gateway) => {
    assert.match(gateway.url, /127\.0\.0\.2/);
    await gateway.data(LIST);
  });
});

test('stopping under load loses no acknowledged write', async () => {
  const gateway = await sandbox.start();
  const acknowledged = [];
  let go = true;
  const worker = async (w) => {
    for (let i = 0; go; i++) {
      try {
        acknowledged.push((await gateway.create('load', `${w} ${i}`)).id);
      } catch {
        go = false;
      }
    }
  };
  const workers = Array.from({ length: 20 }, (_, w) => worker(w));
  await new Promise((resolve) => { setTimeout(resolve, 500); });
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
  await Promise.all(workers);
  assert.ok(acknowledged.length > 0);
  await serving(undefined, async (again) => {
    for (let i = 0; i < acknowledged.length; i += 100) { // The host takes 100 IDs at once.
      const ids = acknowledged.slice(i, i + 100);
      const { nodes } = await again.data('query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
      assert.deepEqual(nodes.map((node) => node?.id), ids);
    }
  });
});

test('files that are not plugins are reported, and the gateway starts without them', async () => {
  writeFileSync(sandbox.path('plugins/text.so'), 'not a library\n');
  execFileSync('cc', ['-shared', '-o', sandbox.path('plugins/empty.so'), '-x', 'c', '/dev/null']);
  writeFileSync(sandbox.path('other.c'), '#include "gql_plugin.h"\nstatic const gql_plugin p = {.struct_size = sizeof p, .abi_major = 0, .abi_minor = 99};\n' +
    'const gql_plugin *gql_plugin_entry_v0(uint32_t a, uint32_t b) { (void)a, (void)b; return &p; }\n');
  execFileSync('cc', ['-shared', '-fPIC', '-I', new URL('../../abi', import.meta.url).pathname, '-o', sandbox.path('plugins/other.so'), sandbox.path('other.c')]);
  await serving(undefined, async (gateway) => {
    assert.match(gateway.log, /text\.so.*not an ELF file/);
    assert.match(gateway.log, /empty\.so.*gql_plugin_entry_v0/);
    assert.match(gateway.log, /other\.so.*0\.99/);
    await gateway.data(LIST);
  });
  const stopped = await sandbox.start((config) => { config.plugins.settings['text.so'] = { required: true }; });
  assert.equal((await stopped.ended).code, 1);
  assert.match(stopped.log, /Required plugins are not loaded: text\.so/);
  for (const name of ['text', 'empty', 'other']) unlinkSync(sandbox.path(`plugins/${name}.so`));
});

test('a second plugin with the same fields is refused with every conflict', async () => {
  const plugin = readFileSync(join(build, 'plugin/integrations.so'), 'latin1');
  writeFileSync(sandbox.path('plugins/twice.so'), plugin.replaceAll('org.gql-integrations.integrations', 'org.gql-integrations.integrationz'), 'latin1');
  await serving(undefined, async (gateway) => {
    const line = gateway.log.split('\n').find((text) => text.includes('twice.so'));
    for (const name of ['Query.integration', 'Query.integrations', 'Mutation.integrationCreate', 'Mutation.integrationUpdate',
      'Mutation.integrationDelete', 'IntegrationConnection', 'IntegrationPayload']) {
      assert.ok(line?.includes(name), `${name} is not in: ${line}`);
    }
  });
  unlinkSync(sandbox.path('plugins/twice.so'));
});

test('a gateway to which nobody can authenticate says so', async () => {
  await serving((config) => { config.authentication = {}; }, async (gateway) => {
    assert.match(gateway.log, /"level":"warning".*"msg":"authentication: neither jwt nor demo is set: every request is made by nobody/);
  });
});

test('every path in the configuration is relative to the folder of the file', async () => {
  mkdirSync(sandbox.path('data'));
  const relative = (config) => {
    Object.assign(config.plugins.settings[PLUGIN_ID].config, { database: { path: 'data/own.db' }, credentials: { keyring: 'keyring.json' } });
    config.graphiql = { queryFile: 'first.graphql' };
  };
  writeFileSync(sandbox.path('first.graphql'), '{ __typename }');
  await serving(relative, async (gateway) => {
    await gateway.create('acme', 'x', { credentialRef: sandbox.vault.issue('acme') });
  });
  assert.ok(existsSync(sandbox.path('data/own.db')));
  const tenants = (config) => { config.plugins.settings[PLUGIN_ID].config = { database: { root: 'data' } }; };
  await serving(tenants, (gateway) => gateway.create('acme', 'x'));
  assert.ok(readdirSync(sandbox.path('data')).some((name) => !name.startsWith('own')));
});

test('mistakes in the configuration are reported', async () => {
  mkdirSync(sandbox.path('empty'));
  const cases = [
    [(config) => { config.colour = 'red'; }, /gateway\.json: colour: there is no such setting\. Known are: host, port,/],
    [(config) => { config.port = 'x'; }, /port: it must be of the type integer, not string/],
    [(config) => { config.host = '0.0.0.0'; }, /loopback/],
    [(config) => { config.plugins.folder = 'nowhere'; }, /gateway: The plugins folder \S*nowhere can't be read: ENOENT: no such file or directory$/m],
    [(config) => { delete config.authentication.jwt.anyAudience; }, /authentication\.jwt: `audience` or `anyAudience` is required/],
    [(config) => { config.authentication.jwt = { secretFile: 'none', audience: 'a' }; }, /gateway: authentication\.jwt\.secretFile: \S*none can't be read: ENOENT: no such file or directory$/m],
    [(config) => { config.graphiql = { queryFile: '.' }; }, /gateway: graphiql\.queryFile: \S+ can't be read: EISDIR: .*directory$/m],
    [(config) => { config.plugins.settings[PLUGIN_ID].config.database.path = '${HOME}/x.db'; },
      /plugins\.settings\.org\.gql-integrations\.integrations\.config\.database\.path: \$\{HOME\} is not replaced in this file: write what it stands for/],
    [(config) => { config.plugins.folder = '~/plugins'; config.graphiql = { queryFile: '$DATA/q' }; },
      /plugins\.folder: ~ is not replaced in this file.*; graphiql\.queryFile: \$DATA is not replaced/],
    [(config) => { config.authentication.jwt = { jwksFile: 'jwt.secret', audience: 'a' }; }, /jwt\.secret: not a JWK Set/],
    [(config) => { config.authentication.jwt = { jwksFile: 'gateway.json', audience: 'a' }; }, /gateway\.json: not a JWK Set/],
    [(config) => { config.plugins.settings['org.gql-integrations.integrations'].config.databse = {}; }, /databse: there is no such setting/],
    [(config) => { config.webhooks = { folder: 'state', endpoints: {} }; config.plugins.instances = {}; }, /webhooks: they are of all organizations, and plugins\.instances has/],
    [(config) => {
      chmodSync(sandbox.path('jwt.secret'), 0o644);
      config.webhooks = { folder: 'state', endpoints: { crm: { url: 'https://example.org/', secretFiles: ['jwt.secret'] } } };
    }, /webhooks\.endpoints\.crm\.secretFiles: \S+jwt\.secret can't be used: other users have access to it \(mode 644\)/],
    [(config) => { config.webhooks = { folder: 'state', endpoints: { crm: { url: 'http://127.0.0.1/', secretFiles: [] } } }; }, /secretFiles: it has less than 1 elements/],
    ...['auditEvents', 'webhooks'].map((name) => [
      (config) => { Object.assign(config, { [name]: name === 'webhooks' ? { folder: 'state', endpoints: {} } : true, plugins: { folder: 'empty' } }); },
      new RegExp(`gateway: ${name}: no plugin in \\S+empty offers events: add one that does, or remove the setting`)]),
  ];
  for (const [change, said] of cases) {
    const gateway = await sandbox.start(change);
    assert.equal(gateway.url, undefined, `it started in spite of ${said}`);
    assert.equal((await gateway.ended).code, 1);
    assert.match(gateway.log, said);
  }
});

test('a client that disconnects does not affect others', async () => {
  await serving(undefined, async (gateway) => {
    const controller = new AbortController();
    const gone = fetch(gateway.url, { method: 'POST', signal: controller.signal, headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: 'mutation { integrationCreate(input: { organizationId: "gone", title: "x" }) { integration { id } } }' }) });
    setTimeout(() => controller.abort(), 1);
    await gone.catch(() => {});
    await gateway.create('acme', 'after');
    assert.equal((await fetch(new URL('/health', gateway.url))).status, 200);
  });
});

test('/health answers 503, and only the log has the reason, while the database is not at its path', async () => {
  let database;
  const own = (config) => { database = config.plugins.settings['org.gql-integrations.integrations'].config.database.path; };
  await serving(own, async (gateway) => {
    const health = async () => {
      const answer = await fetch(new URL('/health', gateway.url));
      return [answer.status, await answer.json()];
    };
    await gateway.create('acme', 'before');
    assert.deepEqual(await health(), [200, { status: 'ok' }]);
    renameSync(database, `${database}.away`);
    for (let i = 0; i < 3; i++) assert.deepEqual(await health(), [503, { status: 'failed' }]);
    await assert.rejects(gateway.create('acme', 'into the void'), /can't be used/);
    renameSync(`${database}.away`, database);
    for (let i = 0; i < 2; i++) assert.deepEqual(await health(), [200, { status: 'ok' }]);
    await gateway.create('acme', 'after');
    const lines = gateway.log.split('\n').filter((line) => line.includes('health of '));
    assert.equal(lines.length, 2, lines.join('\n'));
    assert.match(lines[0], /"level":"error".*"msg":"health of org\.gql-integrations\.integrations: failed: .*moved, removed or replaced/);
    assert.match(lines[1], /"level":"info".*"msg":"health of org\.gql-integrations\.integrations: ok"}$/);
  });
});
