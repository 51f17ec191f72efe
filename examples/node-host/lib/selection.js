// SPDX-License-Identifier: MIT
// Look-ahead: the fields that a client selected below a field, in the form of the ABI: names only, with
// fragments merged and @skip and @include applied.
import { Kind } from './graphql.js';

const CACHE_LIMIT = 1000;

/** Adds the fields of selection sets to a tree of Maps. Returns true if the result depends on variables. */
function collect(selectionSet, info, tree) {
  let varies = false;
  for (const selection of selectionSet?.selections ?? []) {
    const { included, dynamic } = isIncluded(selection, info.variableValues);
    varies ||= dynamic;
    if (!included) continue;
    if (selection.kind === Kind.FIELD) {
      const name = selection.name.value;
      if (!tree.has(name)) tree.set(name, new Map());
      varies = collect(selection.selectionSet, info, tree.get(name)) || varies;
    } else {
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? info.fragments[selection.name.value] : selection;
      varies = collect(fragment.selectionSet, info, tree) || varies;
    }
  }
  return varies;
}

function isIncluded(selection, variables) {
  let included = true;
  let dynamic = false;
  for (const directive of selection.directives ?? []) {
    const name = directive.name.value;
    if (name !== 'skip' && name !== 'include') continue;
    const condition = directive.arguments[0].value;
    dynamic ||= condition.kind === Kind.VARIABLE;
    const value = condition.kind === Kind.VARIABLE ? variables[condition.name.value] : condition.value;
    if (value === (name === 'skip')) included = false;
  }
  return { included, dynamic };
}

function write(tree) {
  let text = '';
  for (const [name, below] of tree) text += below.size === 0 ? `${name} ` : `${name} { ${write(below)}} `;
  return text;
}

function treeOf(infos, more) {
  const tree = new Map(more.map((name) => [name, new Map()]));
  let varies = false;
  for (const info of infos) {
    for (const node of info.fieldNodes) varies = collect(node.selectionSet, info, tree) || varies;
  }
  return { tree, varies };
}

/**
 * Returns a function that maps one GraphQLResolveInfo to a selection of the binding, and several to the
 * union of their selections. Servers parse a document once and reuse it, so the selection of a field is
 * cached by its node.
 */
export function lookAhead(native, more = []) {
  const byNode = new WeakMap();
  const byText = new Map();
  return (info, ...others) => {
    const isOne = info.fieldNodes.length === 1 && others.length === 0;
    const known = isOne ? byNode.get(info.fieldNodes[0]) : undefined;
    if (known) return known;
    const { tree, varies } = treeOf([info, ...others], more);
    const text = write(tree);
    const selection = byText.get(text) ?? native.makeSelection(text);
    if (!byText.has(text) && byText.size < CACHE_LIMIT) byText.set(text, selection);
    if (isOne && !varies) byNode.set(info.fieldNodes[0], selection);
    return selection;
  };
}
