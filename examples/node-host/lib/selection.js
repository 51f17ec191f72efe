// SPDX-License-Identifier: MIT
// Look-ahead: the fields that a client selected below a field, in the form of the ABI: names only, with
// fragments merged and @skip and @include applied. Fields that have resolvers of their own are left out;
// what those require of the value above is added.
import { getNamedType, isAbstractType, isObjectType, Kind, variablesOf } from './graphql.js';

const CACHE_LIMIT = 1000;
const LARGEST_CACHED = 4096; // Characters.
const TYPENAME = '__typename';

/** Returns the fields that plugins resolve: "Type.field" → the fields that its resolver requires. */
export function servedFields(plugins) {
  return new Map(plugins.flatMap(({ about }) =>
    about.resolvers.map(({ type, field, requiredFields }) => [`${type}.${field}`, requiredFields])));
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

/** Adds selection sets to a tree of Maps. A level of the tree holds the fields of all types that an object may have there. */
class Collector {
  varies = false; // The result depends on variables.
  #served;
  #info;

  constructor(served, info) {
    this.#served = served;
    this.#info = info;
  }

  /** Returns the object types that a value of a type may have. */
  typesOf(type) {
    if (isAbstractType(type)) return this.#info.schema.getPossibleTypes(type);
    return isObjectType(type) ? [type] : [];
  }

  /** `types`: the object types that the object may have. */
  add(selectionSet, types, tree) {
    for (const selection of selectionSet.selections) {
      const { included, dynamic } = isIncluded(selection, variablesOf(this.#info));
      this.varies ||= dynamic;
      if (!included) continue;
      if (selection.kind === Kind.FIELD) this.#addField(selection, types, tree);
      else this.#addFragment(selection, types, tree);
    }
  }

  #addFragment(selection, types, tree) {
    const { typeCondition, selectionSet } = selection.kind === Kind.FRAGMENT_SPREAD ? this.#info.fragments[selection.name.value] : selection;
    const narrow = typeCondition ? this.typesOf(this.#info.schema.getType(typeCondition.name.value)) : types;
    const both = types.filter((type) => narrow.includes(type));
    if (both.length > 0) this.add(selectionSet, both, tree);
  }

  #addField({ name: { value: name }, selectionSet }, types, tree) {
    const plain = types.filter((type) => !this.#addRequired(type, name, tree));
    if (plain.length === 0) return;
    if (!tree.has(name)) tree.set(name, new Map());
    if (!selectionSet) return;
    const outputs = plain.flatMap((type) => this.typesOf(getNamedType(type.getFields()[name]?.type)));
    this.add(selectionSet, [...new Set(outputs)], tree.get(name));
    addTypename(tree.get(name));
  }

  /** Adds what the resolver of a field requires. Returns false if the field has none. */
  #addRequired(type, field, tree) {
    const required = this.#served.get(`${type.name}.${field}`);
    for (const name of required ?? []) {
      if (!this.#addRequired(type, name, tree) && !tree.has(name)) tree.set(name, new Map());
    }
    return required !== undefined;
  }
}

/** An object of which nothing is needed must not look like a leaf. */
function addTypename(tree) {
  if (tree.size === 0) tree.set(TYPENAME, new Map());
}

function write(tree) {
  let text = '';
  for (const [name, below] of tree) text += below.size === 0 ? `${name} ` : `${name} { ${write(below)}} `;
  return text;
}

/** `type`: the name of the type that a loader loads. Its objects are always asked for their `__typename`. */
function treeOf(served, infos, type) {
  const tree = new Map(type ? [[TYPENAME, new Map()]] : []);
  let varies = false;
  for (const info of infos) {
    const collector = new Collector(served, info);
    for (const { selectionSet } of info.fieldNodes) {
      if (!selectionSet) continue;
      collector.add(selectionSet, collector.typesOf(type ? info.schema.getType(type) : getNamedType(info.returnType)), tree);
      addTypename(tree);
    }
    varies ||= collector.varies;
  }
  return { tree, varies };
}

/** A field of an answer has one node, or one list of nodes, which all members of a list share. */
function keyOf({ fieldNodes }) {
  return fieldNodes.length === 1 ? fieldNodes[0] : fieldNodes;
}

function isFor(known, { returnType, schema, variableValues }) {
  const isSame = known !== undefined && known.returnType === returnType && known.schema === schema;
  return isSame && (!known.variables || known.variables === variableValues);
}

/**
 * Returns a function that maps one GraphQLResolveInfo to a selection of the binding, and several to the
 * union of their selections. It throws if an operation exceeds `limits`. Servers parse a document once and
 * reuse it, so the selection of a field is cached by its node, and by the type of the field: types that
 * share a fragment may differ in it. If it depends on variables, it is cached for those of one request.
 */
export function lookAhead(native, served, limits, type) {
  const byNode = new WeakMap();
  const byText = new Map();
  return (info, ...others) => {
    const known = others.length === 0 ? byNode.get(keyOf(info)) : undefined;
    if (isFor(known, info)) return known.selection;
    for (const each of [info, ...others]) limits.check(each);
    const { tree, varies } = treeOf(served, [info, ...others], type);
    const text = write(tree);
    const selection = byText.get(text) ?? native.makeSelection(text);
    if (!byText.has(text) && byText.size < CACHE_LIMIT && text.length <= LARGEST_CACHED) byText.set(text, selection);
    const { returnType, schema, variableValues } = info;
    if (others.length === 0) byNode.set(keyOf(info), { returnType, schema, variables: varies && variableValues, selection });
    return selection;
  };
}
