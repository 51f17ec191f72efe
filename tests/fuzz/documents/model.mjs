// SPDX-License-Identifier: MIT
// The oracle: the plugin's schema over rows in memory, executed by graphql-js with plain resolvers.
import { BROKEN } from './generate.mjs';
import { graphql } from '../../node-host/support.mjs';

const { GraphQLError } = graphql;

function reject(code) {
  throw new GraphQLError(code, { extensions: { code } });
}

function checkPage({ first, last, after }) {
  if ([first, last].some((count) => typeof count === 'number' && (count < 0 || count > 100))) reject('VALIDATION_ERROR');
  if (typeof after === 'string') reject('VALIDATION_ERROR');
}

function connectionOf(rows, { first, last }) {
  const nodes = typeof last === 'number' ? rows.slice(Math.max(0, rows.length - last)) : rows.slice(0, first ?? 20);
  const more = rows.length > nodes.length;
  const isBackward = typeof last === 'number';
  const edges = nodes.map((node) => ({ cursor: 'cursor', node }));
  const cursor = nodes.length > 0 ? 'cursor' : null;
  return { nodes, edges, pageInfo: { hasNextPage: !isBackward && more, hasPreviousPage: isBackward && more, startCursor: cursor, endCursor: cursor },
    total: { count: rows.length, precision: 'EXACT' } };
}

/** Adds the plugin's resolvers to the host's schema with the plugin's types. `rows`: those of a document. */
export class Model {
  rows = [];
  #created = 0;

  /** `schema`: without resolvers. `host`: {Query, Mutation} of the host. */
  constructor(schema, { Query }) {
    const put = (type, fields) => Object.entries(fields).forEach(([name, resolve]) => { schema.getType(type).getFields()[name].resolve = resolve; });
    this.schema = schema;
    put('Query', { ...Query,
      integration: (source, { id }) => this.find(id) ?? reject('NOT_FOUND'),
      integrations: (source, args) => this.list(args) });
    put('Mutation', {
      integrationCreate: (source, { input }) => this.create(input),
      integrationUpdate: (source, { input }) => this.update(input),
      integrationDelete: (source, { input }) => this.delete(input) });
    put('Integration', { organization: ({ organizationId }, args, context, { operation }) =>
      (operation.operation === 'mutation' ? keptOrganization(organizationId) : completeOrganization(organizationId)) });
  }

  find(id) {
    return this.rows.find((row) => row.id === id);
  }

  list(args) {
    const { organizationId, filter, orderBy } = args;
    if (organizationId === '') reject('VALIDATION_ERROR');
    checkPage(args);
    const fits = (row) => row.organizationId === organizationId && (typeof filter?.isActive !== 'boolean' || filter.isActive === row.isActive);
    const rows = this.rows.filter(fits).sort((a, b) => (a.title === b.title ? a.order - b.order : a.title < b.title ? -1 : 1));
    return connectionOf(orderBy?.direction === 'DESC' ? rows.reverse() : rows, args);
  }

  add(id, organizationId, title) {
    const row = { __typename: 'Integration', id, organizationId, title, version: 1, isActive: true, credentialRef: null, order: this.rows.length };
    this.rows.push(row);
    return row;
  }

  create({ organizationId, title }) {
    if (organizationId === '' || title.trim() === '') reject('VALIDATION_ERROR');
    this.#created++;
    return { integration: { ...this.add(`ffffffff-0000-8000-8000-${String(this.#created).padStart(12, '0')}`, organizationId, title.trim()) } };
  }

  #target(id) {
    return this.find(id) ?? reject('NOT_FOUND');
  }

  update({ id, version, title, isActive }) {
    const row = this.#target(id);
    if (title?.trim() === '') reject('VALIDATION_ERROR');
    if (row.version !== version) reject('CONFLICT');
    Object.assign(row, { version: version + 1, title: title?.trim() ?? row.title, isActive: isActive ?? row.isActive });
    return { integration: { ...row } };
  }

  delete({ id, version }) {
    const row = this.#target(id);
    if (row.version !== version) reject('CONFLICT');
    this.rows.splice(this.rows.indexOf(row), 1);
    return { deletedId: id };
  }
}

/** The host's organization, for plugin and model. */
export function completeOrganization(id) {
  if (id.startsWith(BROKEN)) throw new GraphQLError('broken', { extensions: { code: 'BROKEN' } });
  return { __typename: 'Organization', id, title: id, version: 1, country: null, settings: { locale: 'en', timeZone: 'UTC' } };
}

/** What is done is answered: without the host's object, its type and ID are left. */
function keptOrganization(id) {
  return id.startsWith(BROKEN) ? { __typename: 'Organization', id } : completeOrganization(id);
}
