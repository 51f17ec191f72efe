// SPDX-License-Identifier: MIT
// The gateway: plugins from a folder, merged into the host's schema, served by GraphQL Yoga.
import { readFileSync } from 'node:fs';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { Refused, serveHttp } from 'demo-host';
import { parse } from 'graphql';
import { createYoga } from 'graphql-yoga';

const LARGEST_BODY = 1 << 20; // Bytes.
const MOST_READ_ON = 1 << 24; // Bytes of a refused body.
const MOST_TOKENS = 5000; // Of a document.

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
function refuse(req, res, status, message) {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ errors: [{ message }] }));
  if (Number(req.headers['content-length'] ?? 0) > MOST_READ_ON) res.once('finish', () => req.destroy());
  else req.resume();
}

/** What is wrong with a request before GraphQL looks at it: [status, message], or undefined. */
function troubleOf(req) {
  if (req.method !== 'POST') return undefined;
  if (!/^application\/(json|graphql\+json)\b/.test(req.headers['content-type'] ?? '')) {
    return [415, 'The content type must be application/json'];
  }
  const size = Number(req.headers['content-length'] ?? NaN);
  if (Number.isNaN(size)) return [411, 'The content length is needed'];
  return size > LARGEST_BODY ? [413, `A request has at most ${LARGEST_BODY} bytes`] : undefined;
}

function handlerOf(host, yoga) {
  return async (req, res) => {
    if (req.url === '/health') {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
      return;
    }
    const trouble = troubleOf(req);
    if (trouble) {
      refuse(req, res, ...trouble);
      return;
    }
    try {
      await yoga(req, res, await host.contextOf(req, res));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refuse(req, res, error.statusCode, error.message);
    }
  };
}

/** Gives {url, stop}. */
export function startGateway(host, config, log) {
  return serveHttp(handlerOf(host, yogaOf(host.schema, config)), config, log);
}
