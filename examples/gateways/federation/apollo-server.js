// SPDX-License-Identifier: MIT
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { formatError, MOST_TOKENS } from 'demo-host';

/** Serves a gateway or a schema with Apollo Server. Returns {url, stop}. */
export async function serveApollo(served, host, config) {
  const server = new ApolloServer({
    ...served,
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
}
