#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Hive Gateway is a proxy in front of the host and its plugins, which it reaches by a transport within
// this process.
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { limitDocuments, runServer, serveHttp } from 'demo-host';
import { execute } from 'graphql';

/** A transport. Unlike one over HTTP it passes on the context. */
function inProcess(schema) {
  const executor = ({ document, operationName, variables, context }) =>
    execute({ schema, document, operationName, variableValues: variables, contextValue: context });
  return { getSubgraphExecutor: () => executor };
}

/** A Hive plugin that adds the host's context: the actor and the plugins' request. */
function useHost(host) {
  return {
    async onContextBuilding({ context, extendContext }) {
      extendContext(await host.contextOf(context.req, context.res));
    },
  };
}

await runServer('Serves GraphQL with Hive Gateway and the plugins of a folder.', async (host, config, log) => {
  const gateway = createGatewayRuntime({
    schema: host.schema,
    proxy: { endpoint: 'local:' },
    transports: () => inProcess(host.schema),
    plugins: () => [limitDocuments(host.plugins), useHost(host)],
    cors: false,
    graphiql: false,
    landingPage: false,
    logging: 'error',
  });
  const { url, stop } = await serveHttp(gateway, config, log);
  return { url, stop: () => stop().then(() => gateway.dispose()) };
});
