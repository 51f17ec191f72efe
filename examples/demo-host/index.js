// SPDX-License-Identifier: MIT
// What the example gateways share: configuration, authentication, limits, the host's schema, start and
// stop. examples/run.sh starts a gateway; examples/gateways/README.md describes each.
export { apolloHandler, apolloOptions } from './apollo.js';
export { startGateway } from './gateway.js';
export { openHost } from './host.js';
export { executableHostSchema, hostResolvers, hostTypeDefs } from './host-schema.js';
export { serveHttp } from './http-server.js';
export { LEAST_CACHED, limitDocuments, MOST_CACHED, MOST_TOKENS, parserCaches, shortError } from './limits.js';
export { loggerOf } from './log.js';
export { readText } from './read-text.js';
export { runServer } from './run-server.js';
