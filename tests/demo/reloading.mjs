// SPDX-License-Identifier: MIT
// SIGHUP, and clients that go on meanwhile.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE = 6000; // Looks, 10 ms apart.
const DONE = 'SIGHUP: serves with';
export const FAILED = 'SIGHUP: nothing has changed: ';

/** Looks until `found()` returns something, and returns that. */
export async function until(found, what) {
  for (let i = 0; i < PATIENCE; i++) {
    const value = await found();
    if (value) return value;
    await sleep(10);
  }
  throw new Error(`${what()} did not come`);
}

/** Sends SIGHUP, and returns what the log says of it. */
export function reload(gateway) {
  const from = gateway.log.length;
  gateway.child.kill('SIGHUP');
  return until(() => {
    const said = gateway.log.slice(from);
    return (said.includes(DONE) || said.includes(FAILED)) && said;
  }, () => `the effect of SIGHUP: ${gateway.log}`);
}

/** One client on one connection, which is kept. */
export class Client {
  #url;
  #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  connections = new Set();

  constructor(url) {
    this.#url = url;
  }

  /** Resolves to the parsed answer. Rejects if there is none, or another status than 200. */
  post(query, variables) {
    return new Promise((resolve, reject) => {
      const sent = request(this.#url, { method: 'POST', agent: this.#agent, headers: { 'content-type': 'application/json' } }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (part) => { text += part; }).on('error', reject).on('end', () => {
          if (res.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${res.statusCode} ${text}`));
        });
      });
      sent.on('socket', (socket) => this.connections.add(socket)).on('error', reject).end(JSON.stringify({ query, variables }));
    });
  }

  /** Resolves to the data of an answer, which must have no errors. */
  async data(query, variables) {
    const { data, errors } = await this.post(query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  close() {
    this.#agent.destroy();
  }
}
