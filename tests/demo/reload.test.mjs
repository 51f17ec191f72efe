// SPDX-License-Identifier: MIT
// SIGHUP: another configuration, and other plugins, while the gateway serves.
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { plugin, Sandbox } from './harness.mjs';

const UPGRADES = Number(process.env.UPGRADES ?? 6);
const CLIENTS = 8;
const DONE = 'SIGHUP: serves with';
const FAILED = 'SIGHUP: nothing has changed: ';

let sandbox;
let file;

before(() => {
  sandbox = new Sandbox();
  file = sandbox.path('plugins/integrations.so');
  rmSync(file); // A link. The tests overwrite the file.
  writeFileSync(file, readFileSync(plugin));
});

after(() => sandbox.remove());

/** Sends SIGHUP, and returns what the log says of it. */
async function reload(gateway) {
  const from = gateway.log.length;
  gateway.child.kill('SIGHUP');
  for (let i = 0; i < 2000; i++) {
    const said = gateway.log.slice(from);
    if (said.includes(DONE) || said.includes(FAILED)) return said;
    await sleep(10);
  }
  throw new Error(`SIGHUP had no effect: ${gateway.log}`);
}

/** Posts on a connection that is kept. Returns the parsed answer. */
function post(agent, url, query) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    request(url, { method: 'POST', agent, headers }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (part) => { text += part; }).on('end', () => {
        resolve(res.statusCode === 200 ? JSON.parse(text) : { errors: [{ message: text }] });
      }).on('error', reject);
    }).on('error', reject).end(JSON.stringify({ query }));
  });
}

const create = (title) => `mutation { integrationCreate(input: { organizationId: "acme", title: "${title}" }) { integration { id } } }`;

/** Creates until it is told to end; returns {created, errors}. */
async function load(url, name, state) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const found = { created: [], errors: [] };
  for (let i = 0; !state.ended; i++) {
    const title = `${name} ${i}`;
    const { data, errors } = await post(agent, url, create(title)).catch((error) => ({ errors: [error] }));
    if (errors) found.errors.push(errors[0].message);
    else found.created.push(data.integrationCreate.integration.id);
  }
  agent.destroy();
  return found;
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

test('plugins are exchanged under load: nothing fails, is lost, or is done twice', async () => {
  const gateway = await sandbox.start();
  const count = async () => (await gateway.data('{ integrations(organizationId: "acme", first: 1) { total { count } } }')).integrations.total.count;
  const former = await count();
  const state = { ended: false };
  const loads = Array.from({ length: CLIENTS }, (_, i) => load(gateway.url, `client ${i}`, state));
  for (let i = 0; i < UPGRADES; i++) {
    writeFileSync(file, readFileSync(plugin)); // In place.
    assert.match(await reload(gateway), /SIGHUP: serves with/);
    await sleep(50);
  }
  state.ended = true;
  const all = await Promise.all(loads);
  assert.deepEqual(all.flatMap(({ errors }) => errors), []);
  const ids = all.flatMap(({ created }) => created);
  assert.equal(await count() - former, ids.length);
  assert.equal(new Set(ids).size, ids.length);
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null });
  assert.equal(gateway.log.includes('does not close'), false, gateway.log);
});
