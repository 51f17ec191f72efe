// SPDX-License-Identifier: MIT
// The demo gateway: merges the plugins of a folder into the host's schema and serves it with GraphQL Yoga
// and GraphiQL.
import { readFileSync } from 'node:fs';
import { format } from 'node:util';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { limitDocuments, reject, Rejected, serveHttp } from 'demo-host';
import { createYoga } from 'graphql-yoga';

/** Passes Yoga's messages to the log. Yoga logs the exceptions that it hides from clients. */
function loggerOf(log) {
  const write = (level) => (...parts) => log(level, format(...parts));
  return { debug: write('debug'), info: write('info'), warn: write('warning'), error: write('error') };
}

function yogaOf({ schema, plugins }, config, log) {
  const { enabled, queryFile } = config.graphiql;
  return createYoga({
    schema,
    logging: loggerOf(log),
    cors: false,
    multipart: false,
    landingPage: false,
    plugins: [limitDocuments(plugins)],
    renderGraphiQL,
    graphiql: enabled && { title: 'Gateway', defaultQuery: queryFile && readFileSync(queryFile, 'utf8') },
  });
}

function handlerOf(host, yoga) {
  return async (req, res) => {
    if (req.url === '/health') {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
      return;
    }
    try {
      await yoga(req, res, await host.contextOf(req, res));
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      reject(req, res, error.statusCode, error.message);
    }
  };
}

/** Starts the gateway. Returns {url, stop}. */
export function startGateway(host, config, log) {
  return serveHttp(handlerOf(host, yogaOf(host, config, log)), config, log);
}
