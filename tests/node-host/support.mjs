// SPDX-License-Identifier: MIT
// Loads a folder of plugins with the package, in this process.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const build = process.env.BUILD ?? join(root, 'build');
export const binding = join(build, 'examples/node-host/gql_binding.node');
process.env.GQL_BINDING = binding;

export const requireOfExamples = createRequire(join(root, 'examples/node-host/index.js'));
export const { loadPlugins, PluginRefused, PluginsMissing } = await import('../../examples/node-host/index.js');
export const graphql = requireOfExamples('graphql');

const FILES = { integrations: 'plugin/integrations.so', hello: 'examples/hello/hello.so', unruly: 'tests/ruby/unruly.so' };
export const ALL_ACTIONS = ['READ', 'CREATE', 'UPDATE', 'DELETE'];
export const ACTOR = { id: 'user:test', grants: [{ organizationId: null, actions: ALL_ACTIONS }] };

/** A folder of plugins. At the end of the test `t` it closes the loaded plugins and removes the folder. */
export class Bench {
  #open = [];

  constructor(t, ...names) {
    this.folder = mkdtempSync(join(tmpdir(), 'node-host-test-'));
    this.plugins = join(this.folder, 'plugins');
    mkdirSync(this.plugins);
    for (const name of names.length > 0 ? names : ['integrations']) {
      symlinkSync(join(build, FILES[name] ?? `tests/node-host/${name}.so`), join(this.plugins, `${basename(name)}.so`));
    }
    t.after(() => this.end());
  }

  get settings() {
    return { 'integrations.so': { required: true, config: { database: { path: join(this.folder, 'integrations.db') } } } };
  }

  async load(options = {}) {
    const plugins = await loadPlugins(this.plugins, { settings: this.settings, ...options });
    this.#open.push(plugins);
    return plugins;
  }

  async end() {
    for (const plugins of this.#open) await plugins.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Returns the result of graphql-js with plain objects. */
export async function ask(plugins, source, { variables, actor = ACTOR, schema = plugins.schema } = {}) {
  const contextValue = { actor, plugins, pluginRequest: plugins.request({ actor, source: 'internal' }) };
  const result = await graphql.graphql({ schema, source, variableValues: variables, contextValue });
  return JSON.parse(JSON.stringify(result));
}

/** Returns the data of a result that must have no errors. */
export async function dataOf(plugins, source, options) {
  const { data, errors } = await ask(plugins, source, options);
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

export async function create(plugins, title, organizationId = 'acme', options = undefined) {
  const { integrationCreate } = await dataOf(plugins,
    `mutation { integrationCreate(input: { organizationId: "${organizationId}", title: "${title}" }) { integration { id } } }`, options);
  return integrationCreate.integration.id;
}

/** Asserts that integrations are in the database of a bench. */
export async function assertAllThere(bench, ids) {
  const plugins = await bench.load({ schema: 'type Query { all(ids: [ID!]!): [Node]! } interface Node { id: ID! }' });
  plugins.schema.getQueryType().getFields().all.resolve = (source, args, context, info) => args.ids.map((id) => plugins.load(id, context, info));
  const { all } = await dataOf(plugins, 'query($ids: [ID!]!) { all(ids: $ids) { id } }', { variables: { ids } });
  assert.deepEqual(all.map((each) => each?.id), ids);
}
