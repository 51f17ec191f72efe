#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// GraphQL Yoga takes an executable schema: the host's own, which the plugins have completed.
import { limitTokens, runServer, serveHttp } from 'demo-host';
import { createYoga } from 'graphql-yoga';

await runServer('Serves GraphQL by GraphQL Yoga with the plugins of a folder.', (host, config, log) => {
  const yoga = createYoga({
    schema: host.schema,
    context: ({ req, res }) => host.contextOf(req, res),
    plugins: [limitTokens()],
    graphiql: false, // The demo in examples/demo has it.
    cors: false,
    landingPage: false,
    logging: 'warn',
  });
  return serveHttp(yoga, config, log);
});
