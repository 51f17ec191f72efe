// SPDX-License-Identifier: MIT
// The host's own schema and its resolvers. `load` is all they know of plugins.
import { readFileSync } from 'node:fs';
import { buildSchema, GraphQLError } from 'graphql';

const USER = /^user:(.+)$/s;
const LONGEST_ID = 255; // Characters. An object that is made up for an ID repeats it.
const MOST_IDS = 100; // Of one field. Each is answered with all that is selected below the field.

export const hostTypeDefs = readFileSync(new URL('host-schema.graphql', import.meta.url), 'utf8');

/**
 * Returns the organizations by ID. `known` finds those of the configuration; `any` makes up an
 * organization for every other ID.
 */
export function organizationsOf(list) {
  const known = new Map(list.map((organization) => [organization.id, organization]));
  const make = ({ id, title = id, country = null, settings }) =>
    ({ __typename: 'Organization', id, title, version: 1, country, settings: { locale: 'en', timeZone: 'UTC', ...settings } });
  return { known: (id) => (known.has(id) ? make(known.get(id)) : null), any: (id) => make(known.get(id) ?? { id: checkId(id) }) };
}

function invalid(message) {
  return new GraphQLError(message, { extensions: { code: 'VALIDATION_ERROR' } });
}

/** Whether a string holds no lone surrogates. */
function isText(id) {
  return !/\p{Surrogate}/u.test(id);
}

function checkId(id) {
  if (id.length <= LONGEST_ID && isText(id)) return id;
  throw invalid(`An ID must be text of at most ${LONGEST_ID} characters`);
}

function userOf(id) {
  return { __typename: 'User', id: checkId(id), title: USER.exec(id)?.[1] ?? id };
}

/** Returns who acts under an ID, or null if nobody does any more. */
export async function actorOf(id, context, info) {
  return USER.test(id) && isText(id) ? userOf(id) : context.plugins.load(id, context, info);
}

/**
 * Returns what `find` finds for each ID, with an Error in place of what it can't. A list of promises
 * would do, but graphql-jit, which Mercurius uses, adds a null to it for each that is rejected.
 */
async function each(ids, find) {
  if (ids.length > MOST_IDS) throw invalid(`A field takes at most ${MOST_IDS} IDs`);
  return Promise.all(ids.map((id) => find(id).catch((error) => error)));
}

const OWN = new Set(['Organization', 'User']);

/** Counts the host's own objects of a list towards the limit of the request. Those of plugins are counted already. */
function bounded(list, context, info) {
  context.plugins.bound(list.filter((object) => OWN.has(object?.__typename)), context, info);
  return list;
}

/** Returns the host's resolvers. The GraphQL context must hold `actor` and `plugins`. */
export function hostResolvers(organizations) {
  const node = async (id, context, info) => organizations.known(id) ?? actorOf(id, context, info);
  return {
    Query: {
      me: async (source, args, context, info) =>
        context.actor && ((await context.plugins.load(context.actor.id, context, info)) ?? userOf(context.actor.id)),
      organization: (source, { id }) => organizations.any(id),
      node: (source, { id }, context, info) => node(id, context, info),
      nodes: async (source, { ids }, context, info) => bounded(await each(ids, (id) => node(id, context, info)), context, info),
      actors: async (source, { ids }, context, info) => bounded(await each(ids, (id) => actorOf(id, context, info)), context, info),
    },
    Mutation: { ping: () => true },
  };
}

/** Returns the executable schema, for hosts that take a schema instead of its parts. */
export function executableHostSchema(resolvers, typeDefs = hostTypeDefs) {
  const schema = buildSchema(typeDefs);
  for (const [type, fields] of Object.entries(resolvers)) {
    for (const [field, resolve] of Object.entries(fields)) schema.getType(type).getFields()[field].resolve = resolve;
  }
  return schema;
}
