// SPDX-License-Identifier: MIT
export { BadToken } from './authentication.js';
export { openHost } from './host.js';
export { executableHostSchema, hostResolvers, hostTypeDefs } from './host-schema.js';
export { runServer } from './run-server.js';
