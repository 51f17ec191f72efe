// SPDX-License-Identifier: MIT
// Limits of what a gateway computes, keeps and answers.
import { GraphQLError, Lexer, parse, Source, TokenKind } from 'graphql';

export const MOST_TOKENS = 5000; // Per document.
export const DEEPEST_DOCUMENT = 200; // Braces, brackets and parentheses within each other.
export const MOST_CACHED = 1 << 18; // Characters of documents. Parsed, one takes up to 350 times as much memory.
/** Characters that each document counts besides its own: with the errors of its validation, a short one takes 60 KB. */
export const LEAST_CACHED = 1024;
const LONGEST_MESSAGE = 512; // Characters.
const MOST_LOCATIONS = 8;

const NESTING = {
  [TokenKind.BRACE_L]: 1, [TokenKind.BRACKET_L]: 1, [TokenKind.PAREN_L]: 1,
  [TokenKind.BRACE_R]: -1, [TokenKind.BRACKET_R]: -1, [TokenKind.PAREN_R]: -1,
};

function measure(text) {
  const lexer = new Lexer(new Source(text));
  let depth = 0;
  for (let tokens = 0; tokens <= MOST_TOKENS && depth <= DEEPEST_DOCUMENT; tokens++) {
    const { kind } = lexer.advance();
    if (kind === TokenKind.EOF) break;
    depth += NESTING[kind] ?? 0;
  }
  return depth;
}

/**
 * Whether a document is nested so deep that the parser, which is recursive, could exhaust the stack. Of
 * other faults, and of too many tokens, the parser complains itself.
 */
export function isDocumentTooDeep(text) {
  try {
    return measure(text) > DEEPEST_DOCUMENT;
  } catch (error) {
    if (error instanceof GraphQLError) return false; // Of what is no token, before which it is not too deep.
    throw error;
  }
}

/** Keeps values up to a total size, and drops those that were not used for longest. */
export class SizedCache {
  #entries = new Map(); // From the least recently used to the most recently used.
  #sizeOf;
  #most;
  #size = 0;

  /** `sizeOf(key, value)`: the size of an entry, which must not change. */
  constructor(sizeOf, most = MOST_CACHED) {
    this.#sizeOf = sizeOf;
    this.#most = most;
  }

  get(key) {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key, value) {
    this.delete(key);
    this.#entries.set(key, value);
    this.#size += this.#sizeOf(key, value);
    for (const [oldest] of this.#entries) {
      if (this.#size <= this.#most) break;
      this.delete(oldest);
    }
  }

  delete(key) {
    if (!this.#entries.has(key)) return false;
    this.#size -= this.#sizeOf(key, this.#entries.get(key));
    return this.#entries.delete(key);
  }
}

/** Returns a cache of parsed documents under any key. */
export function documentCache() {
  return new SizedCache((key, document) => LEAST_CACHED + document.loc.source.body.length);
}

/** The caches of GraphQL Yoga, by the text of the document. */
export function parserCaches() {
  const byText = () => new SizedCache((text) => LEAST_CACHED + text.length);
  return { documentCache: byText(), errorCache: byText() };
}

/**
 * Shortens an error, in the form of a response, of a request that was not executed: its message can repeat
 * what the client sent, once for each error.
 */
export function shortError(error) {
  const { path, message, locations } = error;
  if (path || (message.length <= LONGEST_MESSAGE && !(locations?.length > MOST_LOCATIONS))) return error;
  const text = message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message;
  return { ...error, message: text, ...(locations && { locations: locations.slice(0, MOST_LOCATIONS) }) };
}

function shortGraphQLError(error) {
  const { message, locations } = error;
  const short = shortError(error.toJSON());
  if (short.message === message && short.locations?.length === locations?.length) return error;
  const { source, extensions, positions } = error;
  return new GraphQLError(short.message, { source, positions: positions?.slice(0, MOST_LOCATIONS), extensions });
}

/**
 * A validation rule. The executor of GraphQL Yoga takes an object with a member `then` in a list for a
 * promise, and fails for each.
 */
function refuseThen(context) {
  return {
    Field(node) {
      if ((node.alias ?? node.name).value !== 'then') return;
      context.reportError(new GraphQLError('A field of a response must not be named then', { nodes: [node], extensions: { code: 'VALIDATION_ERROR' } }));
    },
  };
}

/** Returns a plugin for GraphQL Yoga and Hive Gateway. Other gateways have settings for the same. */
export function limitDocuments({ validationRule }) {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(validationRule);
      addValidationRule(refuseThen);
    },
    onParse({ setParseFn }) {
      setParseFn((source, options) => parse(source, { ...options, maxTokens: MOST_TOKENS }));
    },
    onExecutionResult({ result, setResult }) {
      if (result?.errors && !('data' in result)) setResult({ ...result, errors: result.errors.map(shortGraphQLError) });
    },
  };
}
