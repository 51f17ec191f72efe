#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Apollo Server takes lists of type definitions and resolvers: the host's and the plugins'.
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { formatError, MOST_TOKENS, runServer } from 'demo-host';

await runServer('Serves GraphQL with Apollo Server and the plugins of a folder.', async (host, config) => {
  const server = new ApolloServer({
    typeDefs: host.typeDefs,
    resolvers: host.resolvers,
    introspection: true,
    parseOptions: { maxTokens: MOST_TOKENS },
    validationRules: [host.plugins.validationRule],
    formatError,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false, // runServer stops the server and then closes the plugins.
    plugins: [ApolloServerPluginLandingPageDisabled()],
  });
  const { url } = await startStandaloneServer(server, {
    listen: { host: config.host, port: config.port },
    context: ({ req, res }) => host.contextOf(req, res),
  });
  return { url, stop: () => server.stop() };
});
