#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Apollo Server takes lists of type definitions and resolvers: the host's and the plugins'.
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { apolloHandler, apolloOptions, runServer } from 'demo-host';

await runServer('Serves GraphQL with Apollo Server and the plugins of a folder.', async (host, config, log) => {
  const { typeDefs, resolvers } = host;
  const plugins = [ApolloServerPluginLandingPageDisabled()];
  const server = new ApolloServer({ typeDefs, resolvers, plugins, ...apolloOptions(host, log) });
  await server.start();
  return { handle: apolloHandler(server), close: () => server.stop() };
});
