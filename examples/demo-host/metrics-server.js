// SPDX-License-Identifier: MIT
// The address for those who watch the gateway: /metrics for Prometheus, and health with its reasons.
import { createServer } from 'node:http';
import { listen, urlOf } from './listen.js';
import { CONTENT_TYPE, Prometheus } from './prometheus.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Of a client that does not take its answers. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 5000 };

/**
 * Serves `config` ({host, port, organizations}). `plugins()` returns those that serve; `health` as in
 * http-server.js. Returns {url, stop}.
 */
export async function serveMetrics(plugins, health, config, log) {
  const prometheus = new Prometheus(() => plugins().metrics({ organizations: config.organizations }));
  const pages = {
    '/metrics': async (res) => res.writeHead(200, { 'content-type': CONTENT_TYPE }).end(await prometheus.write()),
    '/health/live': (res) => res.writeHead(200, { 'content-type': JSON_TYPE }).end('{"status":"ok"}'),
    '/health/ready': (res) => {
      const { isReady, ...state } = health.state();
      res.writeHead(isReady ? 200 : 503, { 'content-type': JSON_TYPE }).end(JSON.stringify(state));
    },
  };
  const server = createServer(TIMEOUTS, (req, res) => {
    const page = Object.hasOwn(pages, req.url) ? pages[req.url] : undefined;
    if (!page || !['GET', 'HEAD'].includes(req.method)) {
      res.writeHead(404, { 'content-type': 'text/plain' }).end(`There is ${Object.keys(pages).join(', ')}\n`);
      return;
    }
    Promise.resolve(page(res)).catch((error) => {
      log('error', `${req.url} failed: ${error.stack}`);
      res.writeHead(500).end();
    });
  });
  server.maxConnections = 100;
  const url = urlOf(await listen(server, config));
  const stop = () => new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
  return { url, stop };
}
