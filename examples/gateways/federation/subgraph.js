#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Serves a plugin as a subgraph of Apollo Federation 2 for a router in another process: _service and
// _entities over HTTP.
import { buildSubgraphSchema } from '@apollo/subgraph';
import { runServer } from 'demo-host';
import { apolloOf } from './apollo-server.js';

await runServer('Serves the plugin in a folder as a subgraph of Apollo Federation 2.', async (host, config, log) => {
  const { subgraphs } = host.plugins;
  if (subgraphs.length !== 1) throw new Error(`The folder must hold exactly one plugin with a subgraph, not ${subgraphs.length}`);
  const [subgraph] = subgraphs;
  return apolloOf({ schema: buildSubgraphSchema(subgraph) }, host, log);
});
