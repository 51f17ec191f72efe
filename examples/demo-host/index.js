// SPDX-License-Identifier: MIT
export { Refused } from './authentication.js';
export { openHost } from './host.js';
export { executableHostSchema, hostResolvers, hostTypeDefs } from './host-schema.js';
export { closeAnswered, serveHttp } from './http-server.js';
export { limitTokens, MOST_TOKENS, refuse } from './limits.js';
export { runServer } from './run-server.js';
