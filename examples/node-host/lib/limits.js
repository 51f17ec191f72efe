// SPDX-License-Identifier: MIT
// Limits of an operation, measured with its fragments expanded. Each fragment is measured once, however
// often it is spread, so measuring takes time in proportion to the document.
import { GraphQLError, Kind } from './graphql.js';

/** Keys are part of every row of an answer, and of the path of every error below them. */
const LONGEST_ALIAS = 128;
/** So many characters of an alias count as one more copy of what it names: the key may be longer than the value. */
const COPY = 16;

/** How many fields a field of the introspection counts as: most are those of lists of the whole schema. */
const INTROSPECTION_WEIGHT = 20;
const INTROSPECTION = new Set(['__schema', '__type']);

const EMPTY = { fields: 0, depth: 0, weight: 0 };

function excess(message, node) {
  return new GraphQLError(message, { nodes: [node], extensions: { code: 'VALIDATION_ERROR' } });
}

/** Measures the operations of one document. */
class Measure {
  #fragments;
  #maxDepth;
  #sizes = new Map(); // By the name of a fragment; null while it is being measured.

  constructor(fragments, maxDepth) {
    this.#fragments = fragments;
    this.#maxDepth = maxDepth;
  }

  /**
   * Returns of a selection set that is `above` deep in its operation: fields, depth, and what its aliases weigh. The depth
   * bounds the recursion.
   */
  of(node, above) {
    if (above >= this.#maxDepth) throw this.#tooDeep(node);
    let [fields, depth, weight] = [0, 0, 0];
    for (const selection of node.selectionSet.selections) {
      const below = this.#ofSelection(selection, above + 1);
      fields += below.fields;
      depth = Math.max(depth, below.depth);
      weight += below.weight;
    }
    if (above + depth >= this.#maxDepth) throw this.#tooDeep(node);
    return { fields, depth: depth + 1, weight };
  }

  #ofSelection(selection, above) {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#ofSpread(selection, above);
    const length = selection.alias?.value.length ?? 0;
    if (length > LONGEST_ALIAS) throw excess(`An alias must not exceed ${LONGEST_ALIAS} characters`, selection);
    const { fields, depth, weight } = selection.selectionSet ? this.of(selection, above) : EMPTY;
    if (selection.kind !== Kind.FIELD) return { fields, depth, weight };
    return {
      fields: 1 + fields * (INTROSPECTION.has(selection.name.value) ? INTROSPECTION_WEIGHT : 1),
      depth,
      weight: weight + (length > 0 ? 1 + Math.floor(length / COPY) : 0),
    };
  }

  #ofSpread(spread, above) {
    const name = spread.name.value;
    const fragment = this.#fragments[name];
    if (!fragment) return { ...EMPTY, fields: 1 }; // Validation reports it. It counts, so that nothing expands without an end.
    const known = this.#sizes.get(name);
    if (known === null) throw excess('A fragment must not spread itself', spread);
    if (known) return known;
    this.#sizes.set(name, null);
    const size = this.of(fragment, above);
    this.#sizes.set(name, size);
    return size;
  }

  #tooDeep(node) {
    return excess(`An operation must not be nested more than ${this.#maxDepth} deep, fragments expanded`, node);
  }
}

function partsOf({ definitions }) {
  const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  return {
    operations: definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION),
    // Without a prototype, like the fragments of graphql-js: a name may be that of a member of objects.
    fragments: Object.assign(Object.create(null), Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]))),
  };
}

export class Limits {
  #maxFields;
  #maxDepth;
  #verdicts = new WeakMap(); // By operation: a GraphQLError, or null.
  #copies = new WeakMap(); // By field of a document.

  constructor({ maxFields, maxDepth }) {
    this.#maxFields = maxFields;
    this.#maxDepth = maxDepth;
  }

  /** Throws a GraphQLError if the operation that is executed exceeds a limit. Each operation is measured once. */
  check({ operation, fragments }) {
    if (!this.#verdicts.has(operation)) this.#verdicts.set(operation, this.#verdictOf(operation, new Measure(fragments, this.#maxDepth)));
    const verdict = this.#verdicts.get(operation);
    if (verdict) throw new GraphQLError(verdict.message, verdict);
  }

  /**
   * Returns how many times what a resolver answers may be in the response: without aliases, a member is in it once. Checks
   * the operation first.
   */
  copiesOf(info) {
    this.check(info);
    const { fieldNodes, fragments } = info;
    const [first] = fieldNodes;
    if (!this.#copies.has(first)) {
      const measure = new Measure(fragments, this.#maxDepth);
      const weigh = (node) => (node.selectionSet ? measure.of(node, 0).weight : 0);
      this.#copies.set(first, 1 + fieldNodes.reduce((sum, node) => sum + weigh(node), 0));
    }
    return this.#copies.get(first);
  }

  /** Returns how many fields the operations of a document select, fragments expanded; Infinity beyond a limit. */
  countFields(document) {
    const { operations, fragments } = partsOf(document);
    const measure = new Measure(fragments, this.#maxDepth);
    try {
      return operations.reduce((sum, operation) => sum + measure.of(operation, 0).fields, 0);
    } catch (error) {
      if (error instanceof GraphQLError) return Infinity;
      throw error;
    }
  }

  /** Returns a validation rule of graphql-js, which reports the first operation of a document that exceeds a limit. */
  rule() {
    return (context) => ({
      Document: (document) => {
        const { operations, fragments } = partsOf(document);
        const measure = new Measure(fragments, this.#maxDepth);
        const verdict = operations.map((operation) => this.#verdictOf(operation, measure)).find((each) => each !== null);
        if (verdict) context.reportError(verdict);
      },
    });
  }

  #verdictOf(operation, measure) {
    try {
      const { fields } = measure.of(operation, 0);
      return fields > this.#maxFields ? excess(`An operation must not select more than ${this.#maxFields} fields, fragments expanded`, operation) : null;
    } catch (error) {
      if (error instanceof GraphQLError) return error;
      throw error;
    }
  }
}
