// SPDX-License-Identifier: MIT
// SIGHUP: another configuration, and other plugins, while the gateway serves.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { environment } from '../support-js/paths.mjs';
import { PLUGIN_ID } from '../support-js/sandbox.mjs';
import { plugin, Sandbox } from './harness.mjs';
import { FAILED, reload } from './reloading.mjs';

let sandbox;
let file;

before(() => {
  sandbox = new Sandbox();
  file = sandbox.path('plugins/integrations.so');
  rmSync(file); // A link. The tests overwrite the file.
  writeFileSync(file, readFileSync(plugin));
});

after(() => sandbox.remove());

/** What the gateway has counted: how many were done, how many failed at each step, whether the latest one did. */
async function reloadsOf(gateway) {
  const watch = /metrics at (http:[^\s"]+)/.exec(gateway.log)[1];
  const text = await (await fetch(new URL('/metrics', watch))).text();
  const counts = [...text.matchAll(/^graphql_gateway_reloads_total(?:\{error_type="(\w+)"\})? (\d+)$/gm)];
  const [, failing] = /^graphql_gateway_reload_failing (\d)$/m.exec(text);
  return { ...Object.fromEntries(counts.map(([, step = 'done', count]) => [step, Number(count)])), failing: Number(failing) };
}

/** What the page says that the log has. */
function linesOfPage() {
  const page = readFileSync(new URL('../../examples/operating.md', import.meta.url), 'utf8');
  const lines = [...page.matchAll(/^```text\n(SIGHUP: .*)\n```$/gm)].map(([, line]) => line);
  assert.ok(lines.length >= 3);
  return lines.map((line) => new RegExp(line.replace(/[.;:]/g, '\\$&').replaceAll('…', '.*')));
}

test('another configuration is served; what can not change is named', async () => {
  const gateway = await sandbox.start();
  const events = '{ auditEvents(organizationId: "acme", first: 1) { nodes { id } } }';
  assert.match((await gateway.query(events)).errors[0].message, /Cannot query field/);
  sandbox.writeConfig((config) => {
    config.auditEvents = true;
    config.port = 1;
    config.shutdown = { seconds: 7 };
  });
  assert.match(await reload(gateway), /"level":"warning".*"msg":"SIGHUP: port, shutdown: changes with a restart only/);
  assert.deepEqual(await gateway.data(events), { auditEvents: { nodes: [] } });
  sandbox.writeConfig((config) => { config.prot = 1; });
  await reload(gateway);
  for (const line of linesOfPage()) assert.match(gateway.log, line);
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
});

test('a configuration or a plugin that is wrong changes nothing, and is named', async () => {
  const watched = (change = () => {}) => (config, own) => {
    config.metrics = { port: 0 };
    change(config, own);
  };
  const gateway = await sandbox.start(watched());
  const wrong = [
    [() => writeFileSync(sandbox.path('gateway.json'), '{'), /^configuration: .*gateway\.json: not JSON/],
    [() => sandbox.writeConfig(watched((config) => { config.prot = 1; })), /^configuration: .*prot/],
    [() => sandbox.writeConfig(watched((_, own) => { own.database.path = sandbox.path('none/x.db'); })), /^plugin: .*none/],
    [() => sandbox.writeConfig(watched((config) => { config.plugins.folder = 'none'; })), /^plugin: .*none/],
    [() => sandbox.writeConfig(watched((config) => { config.authentication.jwt.secretFile = 'none'; })), /^gateway: .*none/],
    [() => { sandbox.writeConfig(watched()); writeFileSync(file, 'no plugin'); }, /^plugin: .*not a plugin: not an ELF file/],
    [() => { writeFileSync(file, readFileSync(plugin)); writeFileSync(sandbox.path('plugins/more.so'), ''); }, /more\.so.* is empty/],
  ];
  for (const [spoil, reason] of wrong) {
    spoil();
    assert.match((await reload(gateway)).split(FAILED)[1], reason);
    await gateway.create('acme', 'still there');
  }
  assert.deepEqual(await reloadsOf(gateway), { configuration: 2, done: 0, gateway: 1, plugin: 4, failing: 1 });
  rmSync(sandbox.path('plugins/more.so'));
  assert.match(await reload(gateway), /loaded plugin/);
  assert.deepEqual(await reloadsOf(gateway), { configuration: 2, done: 1, gateway: 1, plugin: 4, failing: 0 });
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
});

test('a request that began before is answered by what it began with, which ends then', async () => {
  const gateway = await sandbox.start();
  const headers = { 'content-type': 'application/json', expect: '100-continue' };
  const sent = request(gateway.url, { method: 'POST', headers });
  sent.flushHeaders();
  await once(sent, 'continue');
  await reload(gateway);
  sent.end('{"query":"mutation { integrationCreate(input: { organizationId: \\"acme\\", title: \\"late\\" }) { integration { title } } }"}');
  const [res] = await once(sent, 'response');
  assert.deepEqual(await json(res), { data: { integrationCreate: { integration: { title: 'late' } } } });
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
});

test('a program that has a gateway reloads it as SIGHUP does, and learns what is different', () => {
  const script = fileURLToPath(new URL('../support-js/embedding.mjs', import.meta.url));
  const out = execFileSync(process.execPath, [script, sandbox.writeConfig(), sandbox.path('plugins/more.so')], { env: environment, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const { version, changed, same, together, refused, wrong, late } = JSON.parse(out);
  const plugins = [{ id: PLUGIN_ID, before: version, now: version }];
  assert.deepEqual(changed, { plugins, settings: ['auditEvents', 'port'], fixed: ['port'] });
  assert.deepEqual(same, { plugins, settings: [], fixed: [] });
  assert.deepEqual(together, [same, same]);
  assert.equal(refused.step, 'plugin');
  assert.match(refused.message, /more\.so.* is empty/);
  assert.equal(wrong.step, 'configuration');
  assert.equal(late.message, 'The gateway is stopping');
});
