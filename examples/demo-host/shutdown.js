// SPDX-License-Identifier: MIT
// Ends a server so that no client that keeps to HTTP is reset. To close a connection while its client may be
// sending the next request would do that, so each is closed with an answer, which says so; only those that
// stay idle for a while are closed without one.
import { Server } from 'node:net';

const LOOK = 50; // Milliseconds between two looks for connections that have become idle.

export class Shutdown {
  #server;
  #idleSeconds;
  #answers = new Set();
  #begun = false;

  constructor(server, { idleSeconds = 0 } = {}) {
    this.#server = server;
    this.#idleSeconds = idleSeconds;
  }

  get isBegun() {
    return this.#begun;
  }

  /** Each answer, when its request arrives. */
  watch(res) {
    if (this.#begun) res.shouldKeepAlive = false;
    this.#answers.add(res);
    res.once('close', () => this.#answers.delete(res));
  }

  /** Takes no new connection. Resolves when every connection has ended. */
  begin() {
    this.#begun = true;
    for (const res of this.#answers) res.shouldKeepAlive = false;
    return new Promise((resolve) => {
      let looks;
      const wait = setTimeout(() => {
        this.#server.closeIdleConnections();
        looks = setInterval(() => this.#server.closeIdleConnections(), LOOK);
      }, this.#idleSeconds * 1000);
      Server.prototype.close.call(this.#server, () => { // That of node:http closes idle connections at once.
        clearTimeout(wait);
        clearInterval(looks);
        resolve();
      });
    });
  }
}
