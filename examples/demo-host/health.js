// SPDX-License-Identifier: MIT
// How the gateway fares. Anybody may ask, so only the log, and the address of the metrics, have the reasons,
// which may name files.

const LEVELS = { ok: 'info', degraded: 'warning', failed: 'error' };

function send(res, status, body) {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export class Health {
  #plugins;
  #log;
  #latest = new Map(); // The message on each plugin that has not always been ok.
  #stopping = false;

  /** `plugins()` returns those that serve. */
  constructor(plugins, log) {
    this.#plugins = plugins;
    this.#log = log;
  }

  /** From now on the gateway is not ready. */
  stop() {
    this.#stopping = true;
  }

  /** Logs each change that it sees, once. */
  #note({ id, status, reason }) {
    const message = `health of ${id}: ${status}${status === 'ok' ? '' : `: ${reason}`}`;
    if (message === (this.#latest.get(id) ?? `health of ${id}: ok`)) return;
    this.#latest.set(id, message);
    this.#log(LEVELS[status], message);
  }

  /** The worst status of the plugins, and theirs with the reasons; for operators. */
  state() {
    const plugins = this.#plugins().health();
    plugins.forEach((plugin) => this.#note(plugin));
    const worst = ['failed', 'degraded'].find((word) => plugins.some(({ status }) => status === word)) ?? 'ok';
    return { status: this.#stopping ? 'stopping' : worst, isReady: !this.#stopping && worst !== 'failed', plugins };
  }

  /**
   * Answers a request for the health, without reasons; false if it is for something else. Live: the process
   * serves. Ready, and /health: requests may come; 503 if a plugin has failed, or the gateway stops.
   */
  answer({ url }, res) {
    if (url === '/health/live') {
      send(res, 200, { status: 'ok' });
      return true;
    }
    if (url !== '/health' && url !== '/health/ready') return false;
    const { isReady, status } = this.state();
    send(res, isReady ? 200 : 503, { status });
    return true;
  }
}
