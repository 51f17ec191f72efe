#!/usr/bin/env node
// SPDX-License-Identifier: MIT
import { runServer } from 'demo-host';
import { gatewayOf } from './gateway.js';

await runServer(`Serves GraphQL with the plugins of a folder.

  GET /health    200 when the gateway is ready; 503 if a plugin has failed; the log says why. /health/ready is
                 the same; /health/live answers 200 as long as the process serves
  GET /metrics   for Prometheus, on an address of its own: the setting \`metrics\`
  GET /status    how the gateway fares, as a page, for those whose token grants READ in all organizations
  GET /          leads to /graphql
  /graphql       the API (GraphQL over HTTP), and GraphiQL for browsers
`, gatewayOf);
