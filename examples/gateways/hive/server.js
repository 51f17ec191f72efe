#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Hive Gateway takes the host with its plugins as a subgraph, which a transport of its own reaches in this very process.
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { runServer, serveHttp } from 'demo-host';
import { execute } from 'graphql';

/** Passes on the context, which an HTTP transport could not. */
function inProcess(schema) {
  const executor = ({ document, operationName, variables, context }) =>
    execute({ schema, document, operationName, variableValues: variables, contextValue: context });
  return { getSubgraphExecutor: () => executor };
}

await runServer('Serves GraphQL by Hive Gateway with the plugins of a folder.', async (host, config, log) => {
  const gateway = createGatewayRuntime({
    proxy: { endpoint: "local:" }, schema: host.schema,
    transports: () => inProcess(host.schema),
    plugins: () => [{
      async onContextBuilding({ context, extendContext }) {
        extendContext(await host.contextOf(context.req, context.res));
      },
    }],
    graphiql: false,
    cors: false,
    landingPage: false,
    logging: 'error',
  });
  const { url, stop } = await serveHttp(gateway, config, log);
  return { url, stop: async () => {
    await stop();
    await gateway.dispose();
  } };
});
