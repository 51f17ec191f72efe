// SPDX-License-Identifier: MIT
// The demo gateway: merges the plugins of a folder into the host's schema and serves it with GraphQL Yoga
// and GraphiQL.
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { limitDocuments, loggerOf, parserCaches, readText, serveHttp } from 'demo-host';
import { createYoga } from 'graphql-yoga';

/** Starts the gateway. Returns {url, stop}. */
export function startGateway(host, config, log) {
  const { enabled, queryFile, headers } = config.graphiql;
  const yoga = createYoga({
    schema: host.schema,
    logging: loggerOf(log),
    cors: false,
    multipart: false,
    landingPage: false,
    parserAndValidationCache: parserCaches(),
    plugins: [limitDocuments(host.plugins)],
    renderGraphiQL,
    graphiql: enabled && {
      title: 'Gateway',
      defaultQuery: queryFile && readText(queryFile, 'graphiql.queryFile'),
      headers: headers && JSON.stringify(headers, null, 2),
    },
  });
  return serveHttp(yoga, host, config, log, { hasPage: enabled });
}
