// SPDX-License-Identifier: MIT
// An instance for each organization in every example gateway: the organization of a request reaches the plugin.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { test } from 'node:test';
import { Sandbox } from '../support-js/sandbox.mjs';
import { ask, CREATE, dataOf, GATEWAYS, start } from './support.mjs';

const NODE = 'query($id: ID!) { node(id: $id) { id ... on Integration { organization { title } } } }';
const organization = (name) => ({ 'x-organization': name });

for (const name of GATEWAYS) {
  test(name, async (t) => {
    const sandbox = new Sandbox();
    mkdirSync(sandbox.path('tenants'));
    const server = await start(name, sandbox.writeConfig((config, own) => {
      config.plugins.instances = {};
      own.database = { root: sandbox.path('tenants') };
    }));
    t.after(async () => {
      await server.stop();
      sandbox.remove();
    });
    assert.ok(server.url, server.log);
    const createIn = async (organizationId) =>
      (await dataOf(server, CREATE, { input: { organizationId, title: 'T' } }, organization(organizationId))).integrationCreate.integration.id;
    const ids = { acme: await createIn('acme'), globex: await createIn('globex') };
    for (const [own, title, other] of [['acme', 'Acme Corporation', 'globex'], ['globex', 'globex', 'acme']]) {
      assert.deepEqual(await dataOf(server, NODE, { id: ids[own] }, organization(own)), { node: { id: ids[own], organization: { title } } });
      assert.deepEqual(await dataOf(server, NODE, { id: ids[other] }, organization(own)), { node: null });
    }
    assert.match((await ask(server, NODE, { id: ids.acme })).errors[0].message, /^The header X-Organization is missing/);
  });
}
