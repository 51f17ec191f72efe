#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Hive Gateway stands before the host with its plugins as a proxy, and reaches it by a transport that stays in this process.
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { limitTokens, runServer, serveHttp } from 'demo-host';
import { execute } from 'graphql';

/** A transport. It passes on the context, which one over HTTP could not. */
function inProcess(schema) {
  const executor = ({ document, operationName, variables, context }) =>
    execute({ schema, document, operationName, variableValues: variables, contextValue: context });
  return { getSubgraphExecutor: () => executor };
}

/** A plugin of Hive's: who asks, and what the plugins are told. */
function useHost(host) {
  return {
    async onContextBuilding({ context, extendContext }) {
      extendContext(await host.contextOf(context.req, context.res));
    },
  };
}

await runServer('Serves GraphQL by Hive Gateway with the plugins of a folder.', async (host, config, log) => {
  const gateway = createGatewayRuntime({
    schema: host.schema,
    proxy: { endpoint: 'local:' },
    transports: () => inProcess(host.schema),
    plugins: () => [limitTokens(), useHost(host)],
    cors: false,
    graphiql: false,
    landingPage: false,
    logging: 'error',
  });
  const { url, stop } = await serveHttp(gateway, config, log);
  return { url, stop: () => stop().then(() => gateway.dispose()) };
});
