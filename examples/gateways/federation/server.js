#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Apollo Federation 2: composes the subgraphs of the host and of each plugin, and serves the supergraph
// with Apollo Gateway in this process.
import { composeServices } from '@apollo/composition';
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway';
import { loggerOf, runServer } from 'demo-host';
import { apolloOf } from './apollo-server.js';
import { subgraphsOf } from './subgraphs.js';

// Otherwise Apollo Gateway asks the metadata services of four clouds where it runs, and reports to Apollo.
process.env.APOLLO_TELEMETRY_DISABLED ??= 'true';

const MOST_PLANS = 4; // MiB of JSON. In memory, plans take several times as much.

function compose(subgraphs) {
  const { supergraphSdl, errors } = composeServices(subgraphs.map(({ name, typeDefs }) => ({ name, typeDefs, url: `local:${name}` })));
  if (errors) throw new Error(`The subgraphs do not compose: ${errors.map(({ message }) => message).join('; ')}`);
  return supergraphSdl;
}

await runServer('Serves GraphQL with Apollo Gateway: the host and each plugin of a folder is a subgraph.', async (host, config, log) => {
  const subgraphs = subgraphsOf(host);
  const schemas = new Map(subgraphs.map(({ name, schema }) => [name, schema]));
  const gateway = new ApolloGateway({
    supergraphSdl: compose(subgraphs),
    logger: loggerOf(log),
    experimental_approximateQueryPlanStoreMiB: MOST_PLANS,
    buildService: ({ name }) => new LocalGraphQLDataSource(schemas.get(name)), // RemoteGraphQLDataSource for a remote subgraph
  });
  return apolloOf({ gateway }, host, log);
});
