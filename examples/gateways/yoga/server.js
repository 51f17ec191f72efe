#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// GraphQL Yoga takes an executable schema: the host's, completed by the plugins.
import { limitDocuments, loggerOf, parserCaches, runServer } from 'demo-host';
import { createYoga } from 'graphql-yoga';

await runServer('Serves GraphQL with GraphQL Yoga and the plugins of a folder.', (host, config, log) => {
  const handle = createYoga({
    schema: host.schema,
    parserAndValidationCache: parserCaches(),
    plugins: [limitDocuments(host.plugins)],
    graphiql: false, // examples/demo has GraphiQL.
    cors: false,
    multipart: false,
    landingPage: false,
    logging: loggerOf(log),
  });
  return { handle };
});
