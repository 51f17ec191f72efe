// SPDX-License-Identifier: MIT
// Runs a document through the Node package and through the model, and compares the answers.
import { executableHostSchema, hostResolvers } from '../../../examples/demo-host/index.js';
import { organizationsOf } from '../../../examples/demo-host/host-schema.js';
import { ACTOR, graphql } from '../../node-host/support.mjs';
import { BROKEN, ORGANIZATION, ROWS } from './generate.mjs';
import { completeOrganization, Model } from './model.mjs';

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const CREATE = 'mutation($o: ID!, $t: String!) { integrationCreate(input: { organizationId: $o, title: $t }) { integration { id } } }';

/** Returns the options of loadPlugins: the demo host, and organizations that can't be completed. */
export function hostOptions() {
  return { schema: executableHostSchema(hostResolvers(organizationsOf([{ id: 'acme' }]))), references: { Organization: completeOrganization } };
}

function valueAt(data, path) {
  return path.reduce((value, step) => value?.[step], data);
}

/**
 * Says where an error is: its path, or the null above it. Of several errors below one null, only one needs
 * to be reported (GraphQL specification, section 6.4.4), so that they count as one.
 */
function placeOf({ path = [], extensions, message }, data) {
  const length = path.findIndex((step, index) => valueAt(data, path.slice(0, index)) === null);
  const isHere = length < 0 || length === path.length;
  const code = extensions?.code ?? message;
  return JSON.stringify(isHere ? [path, code] : [path.slice(0, length)]);
}

function withoutCursors(key, value) {
  return /cursor$/i.test(key) && typeof value === 'string' ? 'cursor' : value;
}

/** New rows have other IDs in each answer: they are numbered. */
function comparable({ data, errors = [] }, ids) {
  const seen = new Map(ids.map((id, index) => [id, ROWS[index]]));
  const name = (id) => seen.get(id) ?? (seen.set(id, id.startsWith('01900000') ? id : `new${seen.size}`), seen.get(id));
  const text = JSON.stringify({ data, errors: [...new Set(errors.map((error) => placeOf(error, data)))].sort() }, withoutCursors);
  return text.replace(UUID, name);
}

export class Subject {
  #plugins;
  #model;
  #runs = 0;
  #ids = [];
  #organization;

  constructor(plugins) {
    this.#plugins = plugins;
    const { Query } = hostResolvers(organizationsOf([{ id: 'acme' }]));
    this.#model = new Model(graphql.buildSchema(graphql.printSchema(plugins.schema)), { Query });
  }

  async #run(source, variableValues) {
    const { schema } = this.#plugins;
    const contextValue = { actor: ACTOR, plugins: this.#plugins, pluginRequest: this.#plugins.request({ actor: ACTOR }) };
    return graphql.execute({ schema, document: source, variableValues, contextValue });
  }

  async #prepare() {
    const organization = `fuzz${this.#runs++}`;
    const document = graphql.parse(CREATE);
    this.#model.rows = [];
    this.#ids = [];
    this.#organization = organization;
    for (const [index, owner] of [organization, organization, `${BROKEN}${organization}`].entries()) {
      const { data } = await this.#run(document, { o: owner, t: `t${index}` });
      this.#ids.push(data.integrationCreate.integration.id);
      this.#model.add(this.#ids[index], owner, `t${index}`);
    }
  }

  /** Gives the rows of a document their IDs. */
  #named(text) {
    return ROWS.reduce((named, row, index) => named.replaceAll(row, this.#ids[index]), text)
      .replaceAll(`"${ORGANIZATION}"`, `"${this.#organization}"`).replaceAll(`"${BROKEN}"`, `"${BROKEN}${this.#organization}"`);
  }

  /** Returns undefined if the document is not valid, otherwise {expected, actual}. */
  async compare({ source, variables, isMutation }) {
    if (isMutation || this.#runs === 0 || this.isDirty) await this.#prepare();
    this.isDirty = isMutation;
    const document = graphql.parse(this.#named(source));
    const errors = graphql.validate(this.#plugins.schema, document, [...graphql.specifiedRules, this.#plugins.validationRule]);
    if (errors.length > 0) return { invalid: errors[0].message };
    const variableValues = JSON.parse(this.#named(JSON.stringify(variables)));
    const actual = await this.#run(document, variableValues);
    const contextValue = { actor: ACTOR, plugins: { load: async (id) => this.#model.find(id) ?? null, bound: (value) => value } };
    const expected = await graphql.execute({ schema: this.#model.schema, document, variableValues, contextValue });
    return { expected: comparable(expected, this.#ids), actual: comparable(actual, this.#ids) };
  }
}
