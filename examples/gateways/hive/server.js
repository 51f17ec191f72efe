#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Hive Gateway is a proxy in front of the host and its plugins, which it reaches by a transport within
// this process.
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import { limitDocuments, runServer } from 'demo-host';
import { execute } from 'graphql';
import { hiveLogger } from './logger.js';

/** A transport. Unlike one over HTTP it passes on the context. */
function inProcess(schema) {
  const executor = ({ document, operationName, variables, context }) =>
    execute({ schema, document, operationName, variableValues: variables, contextValue: context });
  return { getSubgraphExecutor: () => executor };
}

/**
 * Returns a plugin that removes the plugin of GraphQL Yoga that caches documents: it is limited by their
 * number only, and Hive Gateway has no setting for it.
 */
function withoutDocumentCache() {
  return {
    onPluginInit({ plugins }) {
      const index = plugins.findIndex((plugin) => plugin && Object.keys(plugin).join() === 'onParse,onValidate');
      if (index < 0) throw new Error('The cache of documents is not where this version of GraphQL Yoga has it');
      plugins.splice(index, 1);
    },
  };
}

await runServer('Serves GraphQL with Hive Gateway and the plugins of a folder.', async (host, config, log) => {
  const handle = createGatewayRuntime({
    schema: host.schema,
    proxy: { endpoint: 'local:' },
    transports: () => inProcess(host.schema),
    plugins: () => [limitDocuments(host.plugins), withoutDocumentCache()],
    cors: false,
    graphiql: false,
    landingPage: false,
    logging: hiveLogger(log),
  });
  return { handle, close: () => handle.dispose() };
});
