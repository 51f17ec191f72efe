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

/** Returns {plugin, name, sdl} for each plugin that offers a subgraph. */
export function subgraphPartsOf(plugins) {
  return plugins.flatMap((plugin) => {
    const part = plugin.about.parts.find(({ kind }) => kind === SUBGRAPH);
    return part ? [{ plugin, name: nameOf(plugin.about, plugins), sdl: part.sdl }] : [];
  });
}

function subgraphOf(native, { plugin, name, sdl }, loader, execution) {
  const resolvers = {};
  attachResolvers(native, plugin, resolvers, execution);
  for (const { type } of plugin.about.loaders) {
    resolvers[type] = { ...resolvers[type],
      __resolveReference: ({ id }, context, info) => loader.load(id, context, info, type) };
  }
  return { name, typeDefs: parse(sdl), resolvers };
}

/** Returns the subgraphs of the plugins that offer one. */
export function subgraphsOf(loaded, loader, execution) {
  return subgraphPartsOf(loaded.plugins).map((part) => subgraphOf(loaded.native, part, loader, execution));
}
