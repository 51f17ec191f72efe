// SPDX-License-Identifier: MIT
// A worker thread that loads its own plugins: workerData
// {folder, settings, name, count, how, keys}. With `keys`, so many instances take turns.
import { parentPort, workerData } from 'node:worker_threads';
import { create, dataOf, loadPlugins } from './support.mjs';

const { folder, settings, name, count, how, keys } = workerData;
let turn = 0;
const instances = keys === 0 ? undefined : { key: () => `key ${turn++ % keys}`, config: () => ({}), maxIdle: 1 };
const plugins = await loadPlugins(folder, { settings, instances });
parentPort.postMessage('loaded');

async function work() {
  for (let i = 0; i < count; i++) parentPort.postMessage({ created: await create(plugins, `${name} ${i}`) });
}

if (how === 'until terminated') {
  dataOf(plugins, '{ slow(milliseconds: 200) }').catch(() => {});
  await Promise.all(Array.from({ length: 8 }, work));
} else {
  await work();
  await dataOf(plugins, '{ integrations(organizationId: "acme") { nodes { id } } slow(milliseconds: 10) }');
  if (how === 'and close') await plugins.close();
}
