// SPDX-License-Identifier: MIT
// Drives both servers side by side with autocannon: load.mjs FOLDER ROWS VAULTCTL PLUGIN. Prints a line of JSON for each figure.
import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';

const [folder, rows, vaultctl, plugin] = process.argv.slice(2);
const ROUNDS = 5;
const SECONDS = 3;
const CONNECTIONS = 32;
const TOKENS = 200;
const ALL = 'id version title isActive credentialRef organization { id }';

const environment = { ...process.env, VAULT_PASSPHRASE: 'bench' };
const keyring = join(folder, 'http-keyring.json');
const secret = join(folder, 'http-secret');
const plugins = join(folder, 'http-plugins');
rmSync(plugins, { recursive: true, force: true });
rmSync(keyring, { force: true });
mkdirSync(plugins);
symlinkSync(plugin, join(plugins, 'integrations.so'));
execFileSync(vaultctl, ['keygen', '--keyring', keyring, '--secret', secret], { env: environment, stdio: 'ignore' });
const tokens = Array.from({ length: TOKENS }, (_, i) => execFileSync(vaultctl,
  ['issue', '--secret', secret, '--aud', 'org-2', '--sub', `kv/bench/${i}`, '--exp', '+1d'], { env: environment, encoding: 'utf8' }).trim());

async function start(mode) {
  const database = join(folder, `http-${mode}.db`);
  for (const tail of ['', '-wal', '-shm']) rmSync(database + tail, { force: true });
  copyFileSync(join(folder, `${rows}.db`), database);
  const child = spawn(process.execPath, [fileURLToPath(new URL('server.mjs', import.meta.url)), mode, database, keyring, plugins],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...environment, NODE_ENV: 'production' } });
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', (text) => resolve(Number(String(text).trim())));
    child.once('exit', (code) => reject(new Error(`the ${mode} server ended with ${code}`)));
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

const create = 'mutation C($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id version } } }';
let minted = 0;
const loads = {
  http_get: (ids) => ids.map((id) => ({ body: bodyOf(`query G($id: ID!) { integration(id: $id) { ${ALL} } }`, { id }) })),
  http_page: () => [{ body: bodyOf(`query P($first: Int) { integrations(organizationId: "org-1", first: $first) { nodes { ${ALL} } pageInfo { endCursor hasNextPage } } }`, { first: 100 }) }],
  http_create: () => tokens.map((credentialRef) => ({ body: bodyOf(create, { input: { organizationId: 'org-2', title: `Connector ${minted++}`, credentialRef } }) })),
};

async function run(server, requests) {
  await fetch(`${server.url}/delay`);
  const result = await autocannon({ url: `${server.url}/graphql`, connections: CONNECTIONS, duration: SECONDS,
    requests: requests.map(({ body }) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body })),
    verifyBody: (body) => !String(body).includes('"errors"') });
  if (result.mismatches > 0 || result.non2xx > 0 || result.errors > 0) throw new Error(`wrong answers: ${JSON.stringify(result)}`);
  const { p99 } = await (await fetch(`${server.url}/delay`)).json();
  return { rate: result.requests.average, p99 };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

function report(figure, ratios, firsts, seconds) {
  console.log(JSON.stringify({ figure, rows: Number(rows), value: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios),
    first: median(firsts), second: median(seconds) }));
}

const ours = await start('plugin');
const theirs = await start('peer');
try {
  const ids = await idsOf(ours.url);
  for (const [figure, requestsOf] of Object.entries(loads)) {
    const rounds = [];
    for (let i = 0; i <= ROUNDS; i++) {
      const requests = requestsOf(ids);
      const pair = i % 2 ? [await run(ours, requests), await run(theirs, requests)] : [await run(theirs, requests), await run(ours, requests)].reverse();
      if (i > 0) rounds.push(pair); // The first warms both up.
    }
    report(figure, rounds.map(([a, b]) => a.rate / b.rate), rounds.map(([a]) => a.rate), rounds.map(([, b]) => b.rate));
    if (figure === 'http_create') {
      report('http_loop_delay', rounds.map(([a, b]) => a.p99 / b.p99), rounds.map(([a]) => a.p99), rounds.map(([, b]) => b.p99));
    }
  }
} finally {
  for (const { child } of [ours, theirs]) child.kill('SIGTERM');
}
