// SPDX-License-Identifier: MIT
// load.mjs FOLDER ROWS PLUGIN [URL]: loads the servers in turn with autocannon. Each has a copy of the
// database of so many rows in the folder, or of the one on a PostgreSQL server. Prints a line of JSON
// for each figure.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import autocannon from 'autocannon';
import { makeVault } from './vault.mjs';

const [folder, rows, plugin, url] = process.argv.slice(2);
const SECONDS = 3;
const CONNECTIONS = 32;
const TOKENS_EACH = 1500; // For each connection, so that every create has a fresh one.
const ALL = 'id version title isActive credentialRef organization { id }';

const keyring = join(folder, 'http-keyring.json');
const plugins = join(folder, 'http-plugins');
rmSync(plugins, { recursive: true, force: true });
mkdirSync(plugins);
symlinkSync(plugin, join(plugins, 'integrations.so'));
const issue = makeVault(keyring);
const tokens = Array.from({ length: CONNECTIONS * TOKENS_EACH }, (_, i) => issue({ aud: 'org-2', sub: `kv/bench/${i}`, exp: '2999-01-01T00:00:00Z' }));

function copyFile(name) {
  const database = join(folder, `${name}.db`);
  for (const tail of ['', '-wal', '-shm']) rmSync(database + tail, { force: true });
  copyFileSync(join(folder, `${rows}.db`), database);
  return database;
}

async function copyDatabase(name) {
  const { Client } = createRequire(import.meta.url)('pg');
  const copy = new URL(url);
  const original = copy.pathname.slice(1);
  const client = new Client({ connectionString: Object.assign(new URL(url), { pathname: '/postgres' }).href });
  await client.connect();
  await client.query(`CREATE DATABASE "${name}" TEMPLATE "${original}"`);
  await client.end();
  copy.pathname = name;
  return copy.href;
}

async function start(gateway, mode) {
  const database = await (url ? copyDatabase : copyFile)(`http-${gateway}-${mode}`);
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
/** The bodies that connection number `i` sends, in this order. */
const loads = {
  get: (ids) => ids.map((id) => bodyOf(get, { id })),
  page: () => [bodyOf(page, { first: 100 })],
  create: (ids, i) => tokens.slice(i * TOKENS_EACH, (i + 1) * TOKENS_EACH).map((credentialRef) =>
    bodyOf(create, { input: { organizationId: 'org-2', title: `Connector ${minted++}`, credentialRef } })),
};

async function run(server, bodiesOf) {
  let connection = 0;
  let wrong = '';
  await fetch(`${server.url}/delay`);
  const result = await autocannon({ url: `${server.url}/graphql`, connections: CONNECTIONS, duration: SECONDS, method: 'POST',
    setupClient: (client) => client.setRequests(bodiesOf(connection++).map((body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body }))),
    verifyBody: (body) => {
      const good = !String(body).includes('"errors"');
      if (!good) wrong = String(body);
      return good;
    } });
  if (result.mismatches > 0 || result.non2xx > 0 || result.errors > 0) throw new Error(`wrong answers: ${wrong} ${JSON.stringify(result)}`);
  const { p99 } = await (await fetch(`${server.url}/delay`)).json();
  return { rate: result.requests.average, p99 };
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];

/** Prints the ratio of two servers' values: the median of the rounds, and the spread. */
function report(figure, rounds, first, second, valueOf) {
  const firsts = rounds.map((round) => valueOf(round[first]));
  const seconds = rounds.map((round) => valueOf(round[second]));
  const ratios = firsts.map((value, i) => value / seconds[i]);
  console.log(JSON.stringify({ figure, rows: Number(rows), value: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios),
    first: median(firsts), second: median(seconds) }));
}

/** Loads every server once. The order differs from round to round. */
async function runRound(servers, bodiesOf, number) {
  const modes = Object.keys(servers);
  const round = {};
  for (let i = 0; i < modes.length; i++) {
    const mode = modes[(i + number) % modes.length];
    round[mode] = await run(servers[mode], bodiesOf);
  }
  return round;
}

const rateOf = ({ rate }) => rate;
const delayOf = ({ p99 }) => p99;

/** Measures servers with the same gateway but different resolvers, in `count` rounds. */
async function measure(gateway, prefix, count, modes) {
  const servers = {};
  try {
    for (const mode of modes) servers[mode] = await start(gateway, mode);
    const ids = await idsOf(servers.plugin.url);
    for (const [load, bodiesOf] of Object.entries(loads)) {
      const rounds = [];
      for (let i = 0; i <= count; i++) {
        const round = await runRound(servers, (connection) => bodiesOf(ids, connection), i);
        if (i > 0) rounds.push(round); // The first one is a warm-up.
      }
      report(`${prefix}_${load}`, rounds, 'plugin', 'peer', rateOf);
      if (load === 'create') report(`${prefix}_loop_delay`, rounds, 'plugin', 'peer', delayOf);
      if (!servers.nothing) continue;
      report(`${prefix}_${load}_ceiling`, rounds, 'nothing', 'peer', rateOf);
      if (load === 'create') report(`${prefix}_loop_delay_floor`, rounds, 'nothing', 'peer', delayOf);
    }
  } finally {
    for (const { child } of Object.values(servers)) child.kill('SIGTERM');
  }
}

if (url) {
  await measure('mercurius', 'postgres_http', 5, ['plugin', 'peer']);
} else {
  await measure('mercurius', 'http', 7, ['plugin', 'peer', 'nothing']);
  await measure('yoga', 'yoga', 3, ['plugin', 'peer']);
}
