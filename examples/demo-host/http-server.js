// SPDX-License-Identifier: MIT
// A node:http server for gateways that do not bring one.
import { createServer } from 'node:http';
import { reject, rejectionOf } from './limits.js';

const PATIENCE = 10_000; // Milliseconds that requests under way get when the server stops.

function listen(server, { host, port }) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.address()));
  });
}

function urlOf({ family, address, port }) {
  const isIPv6 = family === 'IPv6' || family === 6;
  return `http://${isIPv6 ? `[${address}]` : address}:${port}/`;
}

/**
 * While the server stops, closes each connection after the answer to its request, instead of at its
 * keep-alive timeout.
 */
export function closeAnswered(server) {
  server.on('request', (req, res) => {
    res.once('finish', () => {
      if (!server.listening) setImmediate(() => server.closeIdleConnections());
    });
  });
}

function close(server) {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), PATIENCE);
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
}

function fail(req, res) {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.writeHead(500, { 'content-type': 'application/json' }).end('{"errors":[{"message":"Internal error"}]}');
  req.resume();
}

/**
 * Serves requests within the limits with `handle(req, res)`, which may be asynchronous. Returns
 * {url, stop}. `stop` waits for the answers to requests under way.
 */
export async function serveHttp(handle, config, log) {
  const server = createServer((req, res) => {
    const rejection = rejectionOf(req);
    if (rejection) reject(req, res, ...rejection);
    else Promise.resolve().then(() => handle(req, res)).catch((error) => {
      log('error', `request failed: ${error.stack}`);
      fail(req, res);
    });
  });
  closeAnswered(server);
  return { url: urlOf(await listen(server, config)), stop: () => close(server) };
}
