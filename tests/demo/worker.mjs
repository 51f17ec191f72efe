// SPDX-License-Identifier: MIT
// A client that writes and reads without a pause, and checks each answer: it must be that of its request, and say
// what was acknowledged before.
import assert from 'node:assert/strict';
import { Client } from './reloading.mjs';

const CREATE = 'integrationCreate(input: { organizationId: "acme", title: $title }) { integration { id version title } }';
const UPDATE = 'integrationUpdate(input: { id: $id, version: $version, title: $title }) { integration { id version title } }';
const DELETE = 'integrationDelete(input: { id: $id, version: $version }) { deletedId }';

export class Worker extends Client {
  #name;
  #asked = 0;
  stored = new Map(); // What was acknowledged, by ID.
  changes = 0; // That were acknowledged.
  errors = [];

  constructor(url, name) {
    super(url);
    this.#name = name;
  }

  /** The answer has a name that no other has. */
  async #ask(kind, field, variables) {
    const name = `n${this.#asked++}`;
    const types = { id: 'ID!', version: 'Int!', title: 'String!' };
    const declared = Object.keys(variables).map((key) => `$${key}: ${types[key]}`).join(', ');
    const data = await this.data(`${kind}${declared && `(${declared})`} { ${name}: ${field} }`, variables);
    assert.deepEqual(Object.keys(data), [name]);
    if (kind === 'mutation') this.changes++;
    return data[name];
  }

  #keep({ integration: { id, ...rest } }) {
    this.stored.set(id, rest);
    return id;
  }

  async #round(i) {
    const title = `${this.#name} ${i}`;
    const id = this.#keep(await this.#ask('mutation', CREATE, { title }));
    assert.deepEqual(await this.#ask('query', 'integration(id: $id) { version title }', { id }), { version: 1, title });
    this.#keep(await this.#ask('mutation', UPDATE, { id, version: 1, title: `${title} changed` }));
    assert.deepEqual(await this.#ask('query', 'integration(id: $id) { version title }', { id }), this.stored.get(id));
    const page = await this.#ask('query', 'integrations(organizationId: "acme", first: 2) { nodes { id } }', {});
    assert.ok(page.nodes.length > 0);
    if (i % 3 !== 0) return;
    assert.deepEqual(await this.#ask('mutation', DELETE, { id, version: 2 }), { deletedId: id });
    this.stored.delete(id);
  }

  /** Goes on until `state.ended`. What fails is in `errors`. */
  async run(state) {
    for (let i = 0; !state.ended; i++) await this.#round(i).catch((error) => this.errors.push(error));
    this.close();
    return this;
  }
}

/** Returns everything that `acme` has, by ID. */
export async function allOf(client) {
  const found = new Map();
  for (let after = null, more = true; more;) {
    const { integrations: { nodes, pageInfo } } = await client.data(
      `{ integrations(organizationId: "acme", first: 100, after: ${JSON.stringify(after)}) { nodes { id version title } pageInfo { endCursor hasNextPage } } }`);
    for (const { id, ...rest } of nodes) found.set(id, rest);
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  return found;
}
