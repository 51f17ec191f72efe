// SPDX-License-Identifier: MIT
// What the example gateways share: configuration, authentication, limits, the host's schema, start and
// stop. examples/run.sh starts a gateway; examples/gateways/README.md describes each.
export { Rejected } from './authentication.js';
export { formatError } from './errors.js';
export { openHost } from './host.js';
export { executableHostSchema, hostResolvers, hostTypeDefs } from './host-schema.js';
export { closeAnswered, serveHttp } from './http-server.js';
export { limitDocuments, MOST_TOKENS, reject } from './limits.js';
export { runServer } from './run-server.js';
