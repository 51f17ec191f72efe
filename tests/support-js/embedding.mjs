// SPDX-License-Identifier: MIT
// A program that has a gateway in it: embedding.mjs CONFIG PLUGIN. Reloads it in several ways, which are good or bad,
// and prints what it learns. PLUGIN is a path in the plugins folder. It stands where no folder above has packages.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gatewayOf } from '../../examples/demo/gateway.js';
import { startGateway } from '../../examples/demo-host/index.js';

const [file, plugin] = process.argv.slice(2);
const failureOf = (promise) => promise.then(() => ({ message: 'none' }), ({ step, message }) => ({ step, message }));

const gateway = await startGateway(file, gatewayOf);
const config = JSON.parse(readFileSync(file, 'utf8'));
writeFileSync(file, JSON.stringify({ ...config, auditEvents: true, port: 1 }));
const changed = await gateway.reload();
const same = await gateway.reload();
const together = await Promise.all([gateway.reload(), gateway.reload()]);
writeFileSync(plugin, '');
const refused = await failureOf(gateway.reload());
rmSync(plugin);
writeFileSync(file, '{');
const wrong = await failureOf(gateway.reload());
const stopped = gateway.stop();
const late = await failureOf(gateway.reload());
await stopped;
console.log(JSON.stringify({ version: changed.plugins[0].now, changed, same, together, refused, wrong, late }));
