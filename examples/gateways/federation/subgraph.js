#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Serves a plugin as a subgraph of Apollo Federation 2, for a router that runs elsewhere: _service and _entities over HTTP.
import { buildSubgraphSchema } from '@apollo/subgraph';
import { runServer } from 'demo-host';
import { serveApollo } from './apollo-server.js';

await runServer('Serves the plugin of a folder as a subgraph of Apollo Federation 2.', async (host, config) => {
  const [subgraph, ...others] = host.plugins.subgraphs;
  if (!subgraph || others.length > 0) throw new Error(`There must be one plugin with a subgraph, not ${host.plugins.subgraphs.length}`);
  return serveApollo({ schema: buildSubgraphSchema(subgraph) }, host, config);
});
