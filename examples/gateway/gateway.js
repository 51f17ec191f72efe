// SPDX-License-Identifier: MIT
// The gateway: plugins from a folder, merged into the host's schema, served by GraphQL Yoga.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { BadToken, openHost } from 'demo-host';
import { parse } from 'graphql';
import { createYoga } from 'graphql-yoga';

const LARGEST_BODY = 1 << 20; // Bytes.
const MOST_READ_ON = 1 << 24; // Bytes of a refused body.
const MOST_TOKENS = 5000; // Of a document.
const PATIENCE = 10_000; // Milliseconds for requests under way when the gateway ends.
const LOCAL_NAMES = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;

function limitTokens() {
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => parse(source, { ...options, maxTokens: MOST_TOKENS }));
    },
  };
}

function yogaOf(schema, config) {
  const { enabled, queryFile } = config.graphiql;
  return createYoga({
    schema,
    logging: false,
    cors: false,
    multipart: false,
    landingPage: false,
    plugins: [limitTokens()],
    renderGraphiQL,
    graphiql: enabled && { title: 'Gateway', defaultQuery: queryFile && readFileSync(queryFile, 'utf8') },
  });
}

/** Reads on what the client still sends: to close at once would reset the connection before the client sees the answer. */
function refuse(req, res, status, message, headers = {}) {
  res.writeHead(status, { 'content-type': 'application/json', ...headers });
  res.end(JSON.stringify({ errors: [{ message }] }));
  if (Number(req.headers['content-length'] ?? 0) > MOST_READ_ON) res.once('finish', () => req.destroy());
  else req.resume();
}

/** What is wrong with a request before GraphQL looks at it: [status, message], or undefined. */
function troubleOf(req, isDemo) {
  // A page of another site must not reach a demo that asks for no token: by a name that leads here, or by a plain form.
  if (isDemo && !LOCAL_NAMES.test(req.headers.host ?? '')) return [403, 'The demo is served under a loopback name only'];
  if (req.method !== 'POST') return undefined;
  if (!/^application\/(json|graphql\+json)\b/.test(req.headers['content-type'] ?? '')) {
    return [415, 'The content type must be application/json'];
  }
  const size = Number(req.headers['content-length'] ?? NaN);
  if (Number.isNaN(size)) return [411, 'The content length is needed'];
  return size > LARGEST_BODY ? [413, `A request has at most ${LARGEST_BODY} bytes`] : undefined;
}

function handlerOf({ host, yoga, config }) {
  return async (req, res) => {
    if (req.url === '/health') {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
      return;
    }
    const trouble = troubleOf(req, config.authentication.demo);
    if (trouble) {
      refuse(req, res, ...trouble);
      return;
    }
    try {
      await yoga(req, res, await host.contextOf(req, res));
    } catch (error) {
      if (!(error instanceof BadToken)) throw error;
      refuse(req, res, 401, error.message, { 'www-authenticate': 'Bearer error="invalid_token"' });
    }
  };
}

function listen(server, { host, port }) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(server.address()));
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

function serverOf(handle, log) {
  return createServer((req, res) => {
    handle(req, res).catch((error) => {
      log('error', `request failed: ${error.stack}`);
      if (!res.headersSent) refuse(req, res, 500, 'Internal error');
      else res.destroy();
    });
  });
}

/** Starts; gives {address, stop}. `log(level, message, traceId)`. */
export async function startGateway(config, log) {
  const host = await openHost(config, log);
  try {
    const server = serverOf(handlerOf({ host, yoga: yogaOf(host.schema, config), config }), log);
    const address = await listen(server, config);
    const stop = async () => {
      await close(server);
      await host.close();
    };
    return { address, stop };
  } catch (error) {
    await host.close();
    throw error;
  }
}
