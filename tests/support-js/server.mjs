// SPDX-License-Identifier: MIT
// Runs a host as a process on a free port: starts it, sends it requests, stops it.
import { spawn } from 'node:child_process';
import { environment } from './paths.mjs';

const START_PATIENCE = 60_000;
const running = new Set();

/** Ends what a test has left, whose pipes would keep its process: for `after` of a file of tests. */
export function endAll() {
  for (const server of running) server.child.kill('SIGKILL');
}

export class Server {
  /** `variables`: of the environment, beside those of every host. */
  constructor(command, args, variables = {}) {
    this.child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...environment, ...variables } });
    this.log = '';
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve({ code: null, signal: null, error }));
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
    running.add(this);
    this.ended.then(() => running.delete(this));
    this.child.stderr.setEncoding('utf8').on('data', (text) => { this.log += text; });
  }

  /** Resolves when it serves, or when it has ended without serving (`url` is then undefined). */
  async ready() {
    const until = Date.now() + START_PATIENCE;
    let ended = false;
    this.ended.then(({ error }) => {
      ended = true;
      if (error) this.log += `${error.message}\n`;
    });
    while (!ended) {
      this.url = /serving (http:[^\s"]+)/.exec(this.log)?.[1];
      if (this.url) return;
      if (Date.now() > until) {
        await this.stop('SIGKILL');
        throw new Error(`It did not start: ${this.log}`);
      }
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }

  async post(body, headers = {}) {
    return fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  async stop(signal = 'SIGTERM') {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    return this.ended;
  }
}
