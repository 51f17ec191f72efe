// SPDX-License-Identifier: MIT
// A server of node:http, for gateways that bring none of their own.
import { createServer } from 'node:http';
import { refuse, troubleOf } from './limits.js';

const PATIENCE = 10_000; // Milliseconds for requests under way when the server ends.

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

/** A connection whose request was under way when the server began to close is closed after the answer, not when its time is over. */
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
 * Serves by `handle(req, res)`, which may be asynchronous, what is within the limits; gives {url, stop}. `stop` lets requests under way
 * be answered first.
 */
export async function serveHttp(handle, config, log) {
  const server = createServer((req, res) => {
    const trouble = troubleOf(req);
    if (trouble) refuse(req, res, ...trouble);
    else Promise.resolve().then(() => handle(req, res)).catch((error) => {
      log('error', `request failed: ${error.stack}`);
      fail(req, res);
    });
  });
  closeAnswered(server);
  return { url: urlOf(await listen(server, config)), stop: () => close(server) };
}
