// SPDX-License-Identifier: MIT
// Runs the example gateways as processes.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after } from 'node:test';
import { environment, root } from '../support-js/paths.mjs';
import { PLUGIN_ID } from '../support-js/sandbox.mjs';
import { endAll, Server } from '../support-js/server.mjs';

export const requireOfFederation = createRequire(join(root, 'examples/gateways/federation/server.js'));
export const GATEWAYS = ['yoga', 'apollo-server', 'mercurius', 'hive', 'federation'];

after(endAll);

/** Starts examples/gateways/NAME/PROGRAM with a configuration. `url` is undefined if it ends without serving. */
export async function start(name, file, program = 'server.js') {
  const server = new Server(process.execPath, [join(root, 'examples/gateways', name, program), '--config', file]);
  await server.ready();
  return server;
}

/** Opens the host of the examples in this process. */
export async function openHere(sandbox, log = () => {}) {
  process.env.GQL_BINDING = environment.GQL_BINDING;
  const { openHost } = await import('../../examples/demo-host/index.js');
  const settings = { [PLUGIN_ID]: { required: true, config: { database: { path: sandbox.path('here.db') } } } };
  return openHost({ plugins: { folder: sandbox.path('plugins'), settings }, organizations: [], authentication: {}, logLevel: 'error' }, log);
}

/** Returns the JSON of an answer. */
export async function ask(server, query, variables, headers) {
  return (await server.post({ query, variables }, headers)).json();
}

/** Returns the data of an answer that must have no errors. */
export async function dataOf(server, query, variables, headers) {
  const { data, errors } = await ask(server, query, variables, headers);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

export const CREATE = 'mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id version title } } }';

export async function create(server, title, headers) {
  const data = await dataOf(server, CREATE, { input: { organizationId: 'acme', title } }, headers);
  return data.integrationCreate.integration;
}
