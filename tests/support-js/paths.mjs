// SPDX-License-Identifier: MIT
// Where things are, and what the examples' own packages lend to tests.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const build = process.env.BUILD ?? join(root, 'build');
export const plugin = join(build, 'plugin/integrations.so');
export const vaultctl = join(build, 'vault/vaultctl');
export const demoGateway = join(root, 'examples/demo/server.js');
export const requireOfExamples = createRequire(join(root, 'examples/demo-host/index.js'));

// GATEWAY_PRELOAD: the runtime of a sanitizer, where the binding and the plugin are built with one and the host is not.
const preload = process.env.GATEWAY_PRELOAD;

/** The environment of a host: it finds what was built. */
export const environment = {
  ...process.env,
  GQL_BINDING: join(build, 'examples/node-host/gql_binding.node'),
  ...(preload && { LD_PRELOAD: preload }),
};
