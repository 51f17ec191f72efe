// SPDX-License-Identifier: MIT
// Generates documents that are valid by construction. A response key says which arguments its field has,
// so that fields with one key always merge.
import { Random } from './random.mjs';

/** What the rows of a document are called until it is sent; see subject.mjs. */
export const ROWS = ['ROW0', 'ROW1', 'ROW2'];
export const ORGANIZATION = 'ORGANIZATION';
export const BROKEN = 'BROKEN'; // An organization that the host can't complete.

const LEAVES = {
  Integration: ['id', 'version', 'title', 'credentialRef', 'isActive'], Organization: ['id', 'title', 'version', 'country'],
  User: ['id', 'title'], OrganizationSettings: ['locale', 'timeZone'], Node: ['id'], Titled: ['title'], Versioned: ['version'],
  Actor: ['id', 'title'], PageInfo: ['hasNextPage', 'hasPreviousPage', 'startCursor', 'endCursor'], CountInfo: ['count', 'precision'],
  IntegrationEdge: ['cursor'], DeletePayload: ['deletedId'],
};
const OBJECTS = {
  Integration: { organization: 'Organization' }, Organization: { settings: 'OrganizationSettings' }, IntegrationPayload: { integration: 'Integration' },
  IntegrationEdge: { node: 'Integration' },
  IntegrationConnection: { edges: 'IntegrationEdge', nodes: 'Integration', pageInfo: 'PageInfo', total: 'CountInfo' },
  Query: { integration: 'Integration', integrations: 'IntegrationConnection', node: 'Node', nodes: 'Node', actors: 'Actor', organization: 'Organization', me: 'Actor' },
};
const NARROWER = {
  Node: ['Integration', 'Organization', 'User', 'Titled', 'Actor', 'Versioned'], Actor: ['Integration', 'User', 'Titled', 'Node'],
  Titled: ['Integration', 'User', 'Organization', 'Node'], Versioned: ['Integration', 'Organization'], Integration: ['Titled', 'Versioned', 'Node', 'Actor'],
  Organization: ['Node', 'Titled'], User: ['Actor', 'Node'],
};
const IDS = [...ROWS, BROKEN, 'user:ada', 'acme', 'nobody', '01900000-0000-8000-801f-494e54470000', '', '\ud800'];
const LISTS = [[ROWS[0], ROWS[1]], IDS, [], [ROWS[2], 'nobody', ROWS[2]], [ROWS[0], '\ud800', 'user:x']];
const PAGES = [{}, { first: 1 }, { first: 2 }, { last: 1 }, { last: 2 }, { first: 101 }, { last: -1 }, { first: 0 }, { after: 'x' }];
const FILTERS = [undefined, null, {}, { isActive: true }, { isActive: false }, { isActive: null }];
const ORDERS = [undefined, { field: 'TITLE', direction: 'ASC' }, { field: 'TITLE', direction: 'DESC' }];
const TITLES = ['t5', '  t6 ', ' ', 't7'];

const TYPES = {
  id: 'ID!', organizationId: 'ID!', ids: '[ID!]!', first: 'Int', last: 'Int', after: 'String', filter: 'IntegrationFilter', orderBy: 'IntegrationOrder',
  create: 'IntegrationCreateInput!', update: 'IntegrationUpdateInput!', delete: 'IntegrationDeleteInput!',
};

const isEnum = (name) => name === 'field' || name === 'direction';

/** Writes a value as a literal. Undefined if it holds a lone surrogate, for which GraphQL has no literal. */
function literal(value, name) {
  if (Array.isArray(value)) return `[${value.map((each) => literal(each)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return isEnum(name) ? value : JSON.stringify(value);
  return `{ ${Object.entries(value).map(([key, each]) => `${key}: ${literal(each, key)}`).join(', ')} }`;
}

class Generator {
  variables = {};
  #definitions = new Map(); // By the name of a variable: its type.
  #texts = new Map(); // By response key: the field with its arguments.
  #fragments = [];
  #random;
  #room = 60; // Fields.

  constructor(seed) {
    this.#random = new Random(seed);
  }

  document() {
    const isMutation = this.#random.chance(15);
    const body = isMutation ? this.#mutations() : this.#selections('Query', 4);
    const fragments = this.#fragments.filter(({ text }) => text).map(({ name, type, text }) => `fragment ${name} on ${type} ${text}`);
    const variables = [...this.#definitions].map(([name, type]) => `$${name}: ${type}`);
    const head = `${isMutation ? 'mutation' : 'query'} Fuzz${variables.length > 0 ? `(${variables.join(', ')})` : ''}`;
    return { source: [`${head} ${body}`, ...fragments].join('\n'), variables: this.variables, isMutation };
  }

  #variable(name, type, value) {
    this.#definitions.set(name, type);
    if (value !== undefined) this.variables[name] = value;
    return `$${name}`;
  }

  #directives() {
    if (this.#random.chance(85)) return '';
    const value = this.#random.chance(50);
    const isVariable = this.#random.chance(60);
    const condition = isVariable ? this.#variable(value ? 'yes' : 'no', 'Boolean!', value) : value;
    return ` @${this.#random.pick(['skip', 'include'])}(if: ${condition})`;
  }

  /** Returns the arguments of a field, which are the same wherever the document has its key. */
  #arguments(key, values, types = TYPES) {
    if (!this.#texts.has(key)) {
      const given = Object.entries(values).filter(([, value]) => value !== undefined);
      const parts = given.map(([name, value]) => {
        const text = literal(value, name);
        const isLiteral = !/\\u|\uFFFD/.test(text) && this.#random.chance(50);
        return `${name}: ${isLiteral ? text : this.#variable(`${key}_${name}`, types[name], value)}`;
      });
      this.#texts.set(key, parts.length > 0 ? `(${parts.join(', ')})` : '');
    }
    return this.#texts.get(key);
  }

  #argumentsOf(field) {
    const of = (list) => {
      const index = this.#random.below(list.length);
      return [index, list[index]];
    };
    if (['integration', 'node', 'organization'].includes(field)) {
      const [index, id] = of(field === 'organization' ? ['acme', 'x', BROKEN] : IDS);
      return [`${field}${index}`, { id }];
    }
    if (['nodes', 'actors'].includes(field)) {
      const [index, ids] = of(LISTS);
      return [`${field}${index}`, { ids }];
    }
    if (field !== 'integrations') return [field, {}];
    const [page, filter, order] = [of(PAGES), of(FILTERS), of(ORDERS)];
    const organizationId = this.#random.pick([ORGANIZATION, ORGANIZATION, BROKEN, 'empty', '']);
    return [`list_${organizationId}_${page[0]}${filter[0]}${order[0]}`, { organizationId, ...page[1], filter: filter[1], orderBy: order[1] }];
  }

  #object(type, depth) {
    const field = this.#random.pick(Object.keys(OBJECTS[type]));
    const [key, values] = type === 'Query' ? this.#argumentsOf(field) : [this.#random.chance(30) ? `a_${field}` : field, {}];
    const alias = key === field ? '' : `${key}: `;
    const text = type === 'Query' ? this.#arguments(key, values) : '';
    return `${alias}${field}${text}${this.#directives()} ${this.#selections(OBJECTS[type][field], depth - 1)}`;
  }

  #leaf(type) {
    const name = this.#random.pick([...(LEAVES[type] ?? []), '__typename']);
    const alias = this.#random.chance(25) ? `a_${name}: ` : '';
    return `${alias}${name}${this.#directives()}`;
  }

  #fragment(type, depth) {
    const target = this.#random.chance(50) ? type : this.#random.pick(NARROWER[type] ?? [type]);
    if (this.#random.chance(15)) return `...${this.#directives()} ${this.#selections(type, depth - 1)}`;
    if (this.#random.chance(40)) return `... on ${target}${this.#directives()} ${this.#selections(target, depth - 1)}`;
    const known = this.#fragments.filter((each) => each.type === target && each.text);
    if (known.length > 0 && this.#random.chance(60)) return `...${this.#random.pick(known).name}${this.#directives()}`;
    const fragment = { name: `F${this.#fragments.length}`, type: target };
    this.#fragments.push(fragment);
    fragment.text = this.#selections(target, depth - 1);
    return `...${fragment.name}${this.#directives()}`;
  }

  #selections(type, depth) {
    const parts = [];
    for (let count = 1 + this.#random.below(4); count > 0 && this.#room > 0; count--) {
      this.#room--;
      const hasObjects = OBJECTS[type] !== undefined && depth > 0;
      if (depth > 0 && this.#random.chance(25)) parts.push(this.#fragment(type, depth));
      else if (hasObjects && (type === 'Query' || this.#random.chance(50))) parts.push(this.#object(type, depth));
      else parts.push(this.#leaf(type));
    }
    return `{ ${parts.length > 0 ? parts.join(' ') : '__typename'} }`;
  }

  #mutation(index) {
    const random = this.#random;
    const kind = random.pick(['create', 'update', 'update', 'delete']);
    const id = random.pick([...ROWS, 'nobody']);
    const version = random.pick([1, 1, 2, 3]);
    const inputs = {
      create: { organizationId: random.pick([ORGANIZATION, '']), title: random.pick(TITLES) },
      update: { id, version, ...random.pick([{ title: 't8' }, { isActive: false }, { isActive: true, title: ' t9' }, { title: '' }]) },
      delete: { id, version },
    };
    const field = { create: 'integrationCreate', update: 'integrationUpdate', delete: 'integrationDelete' }[kind];
    const text = this.#arguments(`m${index}`, { input: inputs[kind] }, { input: TYPES[kind] });
    return `m${index}: ${field}${text}${this.#directives()} ${this.#selections(kind === 'delete' ? 'DeletePayload' : 'IntegrationPayload', 3)}`;
  }

  #mutations() {
    const count = 1 + this.#random.below(4);
    return `{ ${Array.from({ length: count }, (_, index) => this.#mutation(index)).join(' ')} }`;
  }
}

/** Returns {source, variables, isMutation} for a seed. */
export function generate(seed) {
  return new Generator(seed).document();
}
