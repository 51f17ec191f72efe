// SPDX-License-Identifier: MIT
// The host's schema, extended by one plugin after the other. The binding's bind reports every conflict.
import { buildASTSchema, concatAST, extendSchema, GraphQLSchema, Kind, parse, print, printSchema, validateSchema } from './graphql.js';

const ROOTS = { query: 'Query', mutation: 'Mutation' };

function isForeignSchema(value) {
  return value?.[Symbol.toStringTag] === 'GraphQLSchema' && !(value instanceof GraphQLSchema);
}

function foreignSchemaError() {
  return new Error('The schema was made by another copy of the package graphql than the one that gql-plugin-host uses. There must be ' +
    'exactly one copy: install gql-plugin-host with npm install --install-links, and check with npm ls graphql');
}

function documentOf(schema) {
  if (typeof schema === 'string') return schema.trim() === '' ? { kind: Kind.DOCUMENT, definitions: [] } : parse(schema);
  if (schema?.kind === Kind.DOCUMENT) return schema;
  if (isForeignSchema(schema)) throw foreignSchemaError();
  throw new TypeError('loadPlugins: schema must be SDL, a document or a GraphQLSchema');
}

/** Returns the operations for which the host has no root type. A plugin may add the first mutation. */
function missingRoots(document) {
  const { definitions } = document;
  const isSchema = ({ kind }) => kind === Kind.SCHEMA_DEFINITION || kind === Kind.SCHEMA_EXTENSION;
  const named = definitions.filter(isSchema).flatMap((node) => (node.operationTypes ?? []).map(({ operation }) => operation));
  const isDefined = (name) => definitions.some((node) => node.kind === Kind.OBJECT_TYPE_DEFINITION && node.name.value === name);
  return Object.keys(ROOTS).filter((operation) => !named.includes(operation) && !isDefined(ROOTS[operation]));
}

/** Turns the first extension of a type into its definition. Returns false if there is none. */
function define(definitions, name) {
  const index = definitions.findIndex((node) => node.kind === Kind.OBJECT_TYPE_EXTENSION && node.name.value === name);
  if (index < 0) return false;
  definitions[index] = { ...definitions[index], kind: Kind.OBJECT_TYPE_DEFINITION };
  return true;
}

/** Adds a root type to a schema that already exists, or that names its root types. */
function rootOf(operation) {
  return parse(`extend schema { ${operation}: ${ROOTS[operation]} }`).definitions[0];
}

export class HostSchema {
  /** `schema`: SDL, a document or a GraphQLSchema; by default an empty schema. */
  constructor(schema = '') {
    if (schema instanceof GraphQLSchema) this.base = schema;
    this.document = this.base ? parse(printSchema(schema)) : documentOf(schema);
    this.missing = missingRoots(this.document);
    this.isExplicit = this.document.definitions.some((node) => node.kind === Kind.SCHEMA_DEFINITION);
    this.added = [];
    this.sdl = [print(this.document), ...this.missing.map((operation) => `type ${ROOTS[operation]}`)].join('\n');
    if (this.isExplicit) this.sdl += this.missing.map((operation) => `\nextend schema { ${operation}: ${ROOTS[operation]} }`).join('');
  }

  /** Compares a plugin's schema with the host's. Returns all conflicts, or the SDL to add. */
  bind(native, library) {
    return native.bind(library, this.sdl);
  }

  add(sdl) {
    this.added.push(parse(sdl));
    this.sdl += `\n${sdl}`;
  }

  /** Whether the host or a plugin defines a type. */
  defines(type) {
    return [this.document, ...this.added].some(({ definitions }) => definitions.some(({ name }) => name?.value === type));
  }

  /** Returns what the plugins add. */
  typeDefs() {
    const definitions = this.added.flatMap((document) => document.definitions);
    this.defined = this.missing.filter((operation) => define(definitions, ROOTS[operation]));
    if (this.isExplicit) definitions.push(...this.defined.map(rootOf));
    return { kind: Kind.DOCUMENT, definitions };
  }

  #extendBase(added) {
    const roots = this.isExplicit ? [] : this.defined.map(rootOf);
    return extendSchema(this.base, { ...added, definitions: [...added.definitions, ...roots] });
  }

  /** Returns the merged schema. The host's fields keep their resolvers. */
  build() {
    const added = this.typeDefs();
    const schema = this.base ? this.#extendBase(added) : buildASTSchema(concatAST([this.document, added]));
    const errors = validateSchema(schema);
    if (errors.length > 0) throw new Error(`The merged schema is not valid: ${errors.map((error) => error.message).join(' ')}`);
    return schema;
  }
}
