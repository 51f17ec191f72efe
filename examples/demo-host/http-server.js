// SPDX-License-Identifier: MIT
// The node:http server of every gateway. It checks requests, reads their bodies and creates their
// contexts; the gateway gets only what is GraphQL over HTTP.
import { createServer, STATUS_CODES } from 'node:http';
import { countedWarning } from './throttle.js';
import { readRequest } from './graphql-http.js';
import { Health } from './health.js';
import { listen, urlOf } from './listen.js';
import { serveMetrics } from './metrics-server.js';
import { BadRequest, bodyOf, Rejected } from './rejected.js';
import { Shutdown } from './shutdown.js';
import { answerStatus } from './status/status.js';
import { traced } from './tracing.js';
import { UntakenAnswers } from './untaken-answers.js';

const MOST_READ_ON = 1 << 24; // Bytes of a rejected body.
const JSON_TYPE = 'application/json; charset=utf-8';

/** Each may make the server keep a body while it arrives. */
const MOST_CONNECTIONS = 1000;

/** Milliseconds. A client has that long for the headers of a request, and for all of it. */
export const TIMEOUTS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 1000 };

const FAULTS = { // Of what can't be read as HTTP, by Node's code.
  ERR_HTTP_REQUEST_TIMEOUT: new BadRequest('The request did not arrive in time', 408),
  HPE_HEADER_OVERFLOW: new BadRequest('The headers are too large', 431),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: new BadRequest('The extensions of a chunk are too large', 413),
};
const STOPPING = 'The gateway is stopping; send the request again, to another one or later';
const NO_HTTP = new BadRequest('The request is not HTTP');

/** Who watches the gateway sees that it stops until it has. */
async function stopAll(shutdown, health, metrics) {
  health.stop();
  await shutdown.begin();
  await metrics?.stop();
}

/**
 * Reads the rest of a rejected request, up to a limit: closing at once would reset the connection before
 * the client has read the answer.
 */
function readOn(req) {
  let left = MOST_READ_ON;
  req.on('data', (chunk) => {
    left -= chunk.length;
    if (left < 0) req.destroy();
  });
  req.resume();
}

function reject(req, res, rejection) {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.writeHead(rejection.status, { 'content-type': JSON_TYPE, ...rejection.headers }).end(bodyOf(rejection));
  readOn(req);
}

/** Answers what is not HTTP, unless an answer is under way on its connection. */
function answerFault({ code }, socket, res) {
  if (!socket.writable || code === 'ECONNRESET' || res?.headersSent) {
    socket.destroy();
    return;
  }
  const fault = FAULTS[code] ?? NO_HTTP;
  const body = bodyOf(fault);
  socket.end(`HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status]}\r\nconnection: close\r\ncontent-type: ${JSON_TYPE}\r\n` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => socket.destroy());
}

/** `latest`: the response to the latest request of each connection. */
function answerFaults(server, latest) {
  server.on('clientError', (error, socket) => answerFault(error, socket, latest.get(socket)));
  server.on('checkExpectation', (req, res) => reject(req, res, new BadRequest('The only expectation is 100-continue', 417)));
}

/** Waits until the request before, of the same connection, is answered: pipelined, hundreds could be under way at once. */
async function takeTurn({ socket }, res, latest) {
  const before = latest.get(socket);
  latest.set(socket, res);
  if (before && !before.writableFinished) await new Promise((resolve) => before.once('close', resolve));
}

/** Closes connections beyond a number as they come. */
function limitConnections(server, most, log) {
  server.maxConnections = most;
  server.on('drop', countedWarning(log, (count) => `connections that were closed at once, because ${most} were open: ${count}. ` +
    'Put a proxy in front that limits clients'));
}

/** `watch(req, res, host)` answers those who watch the gateway. */
async function answer(req, res, { host, handle, hasPage }, watch, isLate) {
  if (await watch(req, res, host)) return;
  if (hasPage && req.url === '/' && req.method === 'GET') {
    res.writeHead(302, { location: '/graphql' }).end();
    return;
  }
  const isForPage = await readRequest(req, hasPage);
  if (isLate) throw new Rejected(503, 'SERVICE_UNAVAILABLE', STOPPING);
  await handle(req, res, await host.contextOf(req, res, isForPage));
}

/** What answers requests until another takes over. */
class Service {
  #underWay = 0;
  #idle;

  constructor(handle, host, hasPage) {
    Object.assign(this, { handle, host, hasPage });
  }

  /** Each answer, when its request arrives. */
  watch(res) {
    this.#underWay++;
    res.once('close', () => {
      this.#underWay--;
      if (this.#underWay === 0) this.#idle?.();
    });
  }

  /** Resolves when its requests are answered; it must not get others. */
  idle() {
    return new Promise((resolve) => {
      this.#idle = resolve;
      if (this.#underWay === 0) resolve();
    });
  }
}

/**
 * Serves `handle(req, res, context)`: `req.body` is the JSON of a POST, `context` the host's. Options:
 * `hasPage`, browsers get a page at the address of the API; `timeouts`; `patience` with clients that do not
 * take their answers; `mostConnections`; `ownMetrics()`, beside those of plugins. Returns {url, change, stop}.
 * `change(handle, host, hasPage)` lets another one answer what comes from now on, and resolves when the one before has answered what it got. `stop` waits for
 * the answers to requests under way.
 */
export async function serveHttp(handle, host, config, log, options = {}) {
  const { hasPage = false, timeouts = TIMEOUTS, patience, mostConnections = MOST_CONNECTIONS, ownMetrics } = options;
  let service = new Service(handle, host, hasPage);
  const health = new Health(() => service.host.plugins, log);
  const watch = async (req, res, host) => health.answer(req, res) || (!config.metrics && answerStatus(req, res, host, health));
  const latest = new WeakMap();
  const untaken = new UntakenAnswers(log, patience);
  const server = createServer({ ...timeouts, requireHostHeader: false }, (req, res) => {
    const isLate = shutdown.isBegun;
    const current = service;
    current.watch(res);
    untaken.watch(res);
    shutdown.watch(res);
    const fail = (error) => {
      if (req.errored) return; // The client disconnected.
      if (!(error instanceof Rejected)) log('error', `request failed: ${error.stack}`);
      reject(req, res, error instanceof Rejected ? error : new Rejected(500, 'INTERNAL_ERROR', 'Internal error'));
    };
    takeTurn(req, res, latest).then(() => traced(req, res, () => answer(req, res, current, watch, isLate).catch(fail)));
  });
  const shutdown = new Shutdown(server, config.shutdown);
  answerFaults(server, latest);
  limitConnections(server, mostConnections, log);
  const metrics = config.metrics && await serveMetrics(() => service.host, health, config.metrics, log, ownMetrics);
  try {
    const url = urlOf(await listen(server, config));
    if (metrics) log('info', `metrics at ${new URL('/metrics', metrics.url)}`);
    const change = (...next) => {
      const before = service;
      service = new Service(...next);
      return before.idle();
    };
    return { url, change, stop: () => stopAll(shutdown, health, metrics) };
  } catch (error) {
    await metrics?.stop();
    throw error;
  }
}
