// SPDX-License-Identifier: MIT
// The address for those who watch the gateway: /metrics for Prometheus, health with its reasons, and the status page.
import { createServer } from 'node:http';
import { listen, urlOf } from './listen.js';
import { CONTENT_TYPE, Prometheus } from './prometheus.js';
import { bodyOf, Rejected } from './rejected.js';
import { answerStatus } from './status/status.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Of a client that does not take its answers. */
const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 5000 };

/**
 * Serves `config` ({host, port, organizations}). `host()` returns the one that serves; `health` as in
 * http-server.js; `ownMetrics()` returns those of the gateway, as
 * plugins.metrics() does. Returns {url, stop}.
 */
export async function serveMetrics(host, health, config, log, ownMetrics = () => []) {
  const prometheus = new Prometheus(() => [...host().plugins.metrics({ organizations: config.organizations }), ...ownMetrics()]);
  const pages = {
    '/metrics': async (res) => res.writeHead(200, { 'content-type': CONTENT_TYPE }).end(await prometheus.write()),
    '/health/live': (res) => res.writeHead(200, { 'content-type': JSON_TYPE }).end('{"status":"ok"}'),
    '/health/ready': (res) => {
      const { isReady, ...state } = health.state();
      res.writeHead(isReady ? 200 : 503, { 'content-type': JSON_TYPE }).end(JSON.stringify(state));
    },
  };
  const answer = async (req, res) => {
    const page = Object.hasOwn(pages, req.url) ? pages[req.url] : undefined;
    if (page && ['GET', 'HEAD'].includes(req.method)) await page(res);
    else if (!await answerStatus(req, res, host(), health)) {
      res.writeHead(404, { 'content-type': 'text/plain' }).end(`There is ${[...Object.keys(pages), '/status'].join(', ')}\n`);
    }
  };
  const server = createServer(TIMEOUTS, (req, res) => {
    answer(req, res).catch((error) => {
      const isRejected = error instanceof Rejected;
      if (!isRejected) log('error', `${req.url} failed: ${error.stack}`);
      const rejection = isRejected ? error : new Rejected(500, 'INTERNAL_ERROR', 'Internal error');
      res.writeHead(rejection.status, { 'content-type': JSON_TYPE, ...rejection.headers }).end(bodyOf(rejection));
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
