// SPDX-License-Identifier: MIT
// Drives the servers side by side with autocannon: load.mjs FOLDER ROWS PLUGIN. Prints a line of JSON for each figure.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { makeVault } from './vault.mjs';

const [folder, rows, plugin] = process.argv.slice(2);
const SECONDS = 3;
const CONNECTIONS = 32;
const TOKENS_EACH = 1500; // Of a connection: a create has a fresh one.
const ALL = 'id version title isActive credentialRef organization { id }';

const keyring = join(folder, 'http-keyring.json');
const plugins = join(folder, 'http-plugins');
rmSync(plugins, { recursive: true, force: true });
mkdirSync(plugins);
symlinkSync(plugin, join(plugins, 'integrations.so'));
const issue = makeVault(keyring);
const tokens = Array.from({ length: CONNECTIONS * TOKENS_EACH }, (_, i) => issue({ aud: 'org-2', sub: `kv/bench/${i}`, exp: '2999-01-01T00:00:00Z' }));

async function start(gateway, mode) {
  const database = join(folder, `http-${gateway}-${mode}.db`);
  for (const tail of ['', '-wal', '-shm']) rmSync(database + tail, { force: true });
  copyFileSync(join(folder, `${rows}.db`), database);
  const child = spawn(process.execPath, [fileURLToPath(new URL('server.mjs', import.meta.url)), gateway, mode, database, keyring, plugins],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } });
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(Number(String(text).trim())));
    child.once('exit', (code) => reject(new Error(`the ${gateway} server, ${mode}, ended with ${code}`)));
  });
  return { child, url: `http://127.0.0.1:${port}` };
}

function bodyOf(query, variables) {
  return JSON.stringify({ query, variables });
}

async function idsOf(url) {
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' },
    body: bodyOf('{ integrations(organizationId: "org-1", first: 100) { nodes { id } } }') });
  return (await response.json()).data.integrations.nodes.map((node) => node.id);
}

const get = `query G($id: ID!) { integration(id: $id) { ${ALL} } }`;
const page = `query P($first: Int) { integrations(organizationId: "org-1", first: $first) { nodes { ${ALL} } pageInfo { endCursor hasNextPage } } }`;
const create = 'mutation C($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id version } } }';
let minted = 0;
/** The bodies that connection number `i` sends, one after the other. */
const loads = {
  get: (ids) => ids.map((id) => bodyOf(get, { id })),
  page: () => [bodyOf(page, { first: 100 })],
  create: (ids, i) => tokens.slice(i * TOKENS_EACH, (i + 1) * TOKENS_EACH).map((credentialRef) =>
    bodyOf(create, { input: { organizationId: 'org-2', title: `Connector ${minted++}`, credentialRef } })),
};

async function run(server, bodiesOf) {
  let connection = 0;
  await fetch(`${server.url}/delay`);
  const result = await autocannon({ url: `${server.url}/graphql`, connections: CONNECTIONS, duration: SECONDS, method: 'POST',
    setupClient: (client) => client.setRequests(bodiesOf(connection++).map((body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body }))),
    verifyBody: (body) => !String(body).includes('"errors"') });
  if (result.mismatches > 0 || result.non2xx > 0 || result.errors > 0) throw new Error(`wrong answers: ${JSON.stringify(result)}`);
  const { p99 } = await (await fetch(`${server.url}/delay`)).json();
  return { rate: result.requests.average, p99 };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

function report(figure, pairs, valueOf) {
  const ratios = pairs.map(([a, b]) => valueOf(a) / valueOf(b));
  console.log(JSON.stringify({ figure, rows: Number(rows), value: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios),
    first: median(pairs.map(([a]) => valueOf(a))), second: median(pairs.map(([, b]) => valueOf(b))) }));
}

/** The plugin and the peer behind one kind of gateway, in turn, so many rounds. */
async function measure(gateway, prefix, rounds) {
  const ours = await start(gateway, 'plugin');
  const theirs = await start(gateway, 'peer');
  try {
    const ids = await idsOf(ours.url);
    for (const [load, bodiesOf] of Object.entries(loads)) {
      const pairs = [];
      for (let i = 0; i <= rounds; i++) {
        const bodies = (connection) => bodiesOf(ids, connection);
        const pair = i % 2 ? [await run(ours, bodies), await run(theirs, bodies)] : [await run(theirs, bodies), await run(ours, bodies)].reverse();
        if (i > 0) pairs.push(pair); // The first warms both up.
      }
      report(`${prefix}_${load}`, pairs, ({ rate }) => rate);
      if (load === 'create') report(`${prefix}_loop_delay`, pairs, ({ p99 }) => p99);
    }
  } finally {
    for (const { child } of [ours, theirs]) child.kill('SIGTERM');
  }
}

await measure('mercurius', 'http', 7);
await measure('yoga', 'yoga', 3);
