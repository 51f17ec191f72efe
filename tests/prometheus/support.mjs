// SPDX-License-Identifier: MIT
// Debian's Prometheus on a free port, and gateways that it scrapes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { root } from '../support-js/paths.mjs';

const PATIENCE = 40_000; // Milliseconds for what must happen.

export const operations = join(root, 'examples/operations');
const path = [join(root, 'build/prometheus'), process.env.PATH].join(delimiter);

/** Runs promtool, and returns what it has written, or throws that. */
export async function promtool(...args) {
  const child = spawn('promtool', args, { env: { PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (more) => { text += more; });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(text);
  return text;
}

/** Waits until `look` returns something true, and returns that; `what()` says what has been missing. */
export async function until(look, what) {
  for (const end = Date.now() + PATIENCE; ;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`It did not happen: ${what()}`);
    await setTimeout(100);
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export class Prometheus {
  #child;
  #url;
  #log = '';

  /** Scrapes the targets (HOST:PORT) each second, with the alerts of a file, of which none waits. */
  static async start(folder, targets) {
    const prometheus = new Prometheus();
    const rules = readFileSync(join(operations, 'alerts.yml'), 'utf8').replaceAll(/for: \w+/g, 'for: 0s')
      .replace('> 1073741824', '> 65536'); // A log that is a gibibyte takes long to write.
    writeFileSync(join(folder, 'alerts.yml'), rules);
    writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify({
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: ['alerts.yml'],
      scrape_configs: [{ job_name: 'gateways', static_configs: [{ targets }] }],
    }));
    await prometheus.#run(folder);
    return prometheus;
  }

  async #run(folder) {
    const address = `127.0.0.1:${await freePort()}`;
    this.#url = `http://${address}/api/v1/`;
    this.#child = spawn('prometheus', [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=${address}`],
      { env: { PATH: path }, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child.stderr.setEncoding('utf8').on('data', (text) => { this.#log += text; });
    this.#child.on('error', (error) => { this.#log += error.message; });
    await until(() => this.#get('status/runtimeinfo').catch(() => undefined), () => `Prometheus serves: ${this.#log}`);
  }

  async #get(page) {
    const { status, data, error } = await (await fetch(this.#url + page)).json();
    if (status !== 'success') throw new Error(`${page}: ${error}`);
    return data;
  }

  /** The samples that a query has now, without those that are not a number: [{labels, value}]. */
  async query(expression) {
    const { result } = await this.#get(`query?query=${encodeURIComponent(expression)}`);
    return result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) })).filter(({ value }) => !Number.isNaN(value));
  }

  /** The alerts that fire, as `NAME INSTANCE`, without those that have no instance. */
  async firing() {
    const { alerts } = await this.#get('alerts');
    return new Set(alerts.filter(({ state }) => state === 'firing').map(({ labels }) => `${labels.alertname} ${labels.instance ?? 'anywhere'}`));
  }

  /** The alerts, as they are evaluated: [{name, health, lastError}]. */
  async rules() {
    return (await this.#get('rules')).groups.flatMap(({ rules }) => rules);
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.pid === undefined) return;
    this.#child.kill();
    await once(this.#child, 'close');
  }
}
