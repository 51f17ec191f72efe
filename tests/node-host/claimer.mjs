// SPDX-License-Identifier: MIT
// Takes the events of a bench as a consumer, acknowledges none, says which it has taken last, and waits to be killed.
import { loadPlugins } from './support.mjs';

const [folder, settings] = process.argv.slice(2);
const plugins = await loadPlugins(folder, { settings: JSON.parse(settings) });
for await (const event of plugins.events({ consumer: 'hooks', manual: true, leaseMilliseconds: 1000 })) {
  if (event.sequence === 2) console.log(`${event.organizationId} ${event.sequence}`);
}
