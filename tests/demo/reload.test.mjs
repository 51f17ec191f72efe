// SPDX-License-Identifier: MIT
// SIGHUP: another configuration, and other plugins, while the gateway serves.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
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
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
});

test('a configuration or a plugin that is wrong changes nothing, and is named', async () => {
  const gateway = await sandbox.start();
  const wrong = [
    [() => writeFileSync(sandbox.path('gateway.json'), '{'), /gateway\.json: not JSON/],
    [() => sandbox.writeConfig((config) => { config.prot = 1; }), /prot/],
    [() => sandbox.writeConfig((config, own) => { own.database.path = sandbox.path('none/x.db'); }), /none/],
    [() => sandbox.writeConfig((config) => { config.plugins.folder = 'none'; }), /none/],
    [() => { sandbox.writeConfig(); writeFileSync(file, 'no plugin'); }, /not a plugin: not an ELF file/],
    [() => { writeFileSync(file, readFileSync(plugin)); writeFileSync(sandbox.path('plugins/more.so'), ''); }, /more\.so.* is empty/],
  ];
  for (const [spoil, reason] of wrong) {
    spoil();
    assert.match((await reload(gateway)).split(FAILED)[1], reason);
    await gateway.create('acme', 'still there');
  }
  rmSync(sandbox.path('plugins/more.so'));
  assert.match(await reload(gateway), /loaded plugin/);
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
