// SPDX-License-Identifier: MIT
// Paths, and packages of the examples that tests use.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const build = process.env.BUILD ?? join(root, 'build');
export const plugin = join(build, 'plugin/integrations.so');
export const vaultctl = join(build, 'vault/vaultctl');
export const demoGateway = join(root, 'examples/demo/server.js');
export const requireOfExamples = createRequire(join(root, 'examples/demo-host/index.js'));

// GATEWAY_PRELOAD: the sanitizer's runtime, if the binding and the plugin are built with one. Node is not.
const preload = process.env.GATEWAY_PRELOAD;

/** The environment of programs that are not under test: where a sanitizer is preloaded, they go without. */
export const plainEnvironment = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== 'LD_PRELOAD'));

/** The environment of a host process, which points it to the build. */
export const environment = {
  ...process.env,
  GQL_BINDING: join(build, 'examples/node-host/gql_binding.node'),
  GQL_HOST_LIBRARY: join(build, 'abi/host/libgql_host.so.0.1'),
  ...(preload && { LD_PRELOAD: preload }),
};
