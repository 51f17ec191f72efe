// SPDX-License-Identifier: MIT
// A plugin as one subgraph of Apollo Federation 2.
import { parse } from './graphql.js';
import { attachResolvers } from './resolvers.js';

const SUBGRAPH = 3; // GQL_PART_SUBGRAPH

/**
 * Names a subgraph, whose name can't contain dots: the last label of the plugin's ID, or the whole ID
 * with underscores if two plugins end in the same label.
 */
function nameOf({ id }, plugins) {
  const last = (text) => text.slice(text.lastIndexOf('.') + 1);
  const isAlone = plugins.filter(({ about }) => last(about.id) === last(id)).length === 1;
  return isAlone ? last(id) : id.replaceAll('.', '_');
}

function subgraphOf({ native, plugins }, plugin, loader, execution) {
  const part = plugin.about.parts.find(({ kind }) => kind === SUBGRAPH);
  if (!part) return [];
  const resolvers = {};
  attachResolvers(native, plugin, resolvers, execution);
  for (const { type } of plugin.about.loaders) {
    resolvers[type] = { ...resolvers[type],
      __resolveReference: ({ id }, context, info) => loader.load(id, context, info, type) };
  }
  return [{ name: nameOf(plugin.about, plugins), typeDefs: parse(part.sdl), resolvers }];
}

/** Returns the subgraphs of the plugins that offer one. */
export function subgraphsOf(loaded, loader, execution) {
  return loaded.plugins.flatMap((plugin) => subgraphOf(loaded, plugin, loader, execution));
}
