// SPDX-License-Identifier: MIT
// The option `organizations`: the host says which exist, before a plugin is asked to create something in one.
import { randomBytes } from 'node:crypto';
import { GraphQLError } from './graphql.js';

const NAME = 'organizationId';
/** Bytes of a client's text that an error repeats. */
const ECHO_LIMIT = 64;

const PROBLEMS = { // RFC 9457, as plugins have them.
  NOT_FOUND: { slug: 'not-found', title: 'Resource Not Found', status: 404 },
  SERVICE_UNAVAILABLE: { slug: 'service-unavailable', title: 'Service Unavailable', status: 503 },
};

/** Yields {id, field} for each organization that arguments name, in an argument or input field organizationId. */
function* namedIn(value, above = '') {
  for (const [name, member] of Object.entries(value)) {
    const field = `${above}${name}`;
    if (name === NAME && typeof member === 'string') yield { id: member, field };
    else if (typeof member === 'object' && member !== null) yield* namedIn(member, `${field}.`);
  }
}

export class Organizations {
  #exists;
  #timeout;
  #typeBase;
  #log;
  #verdicts = new WeakMap(); // By request, then by ID: each organization is asked for once.

  constructor({ exists, timeoutMilliseconds, typeBase }, log) {
    this.#exists = exists;
    this.#timeout = timeoutMilliseconds;
    this.#typeBase = typeBase;
    this.#log = log;
  }

  /**
   * Returns undefined if the plugin can be called at once, otherwise a promise. It rejects with NOT_FOUND if an
   * organization does not exist, and with SERVICE_UNAVAILABLE if the host can't say. Where the actor may not
   * create anything the host is not asked: the plugin rejects the call, and nobody learns which exist.
   */
  check(args, context, request) {
    const named = [...namedIn(args)].filter(({ id }) => request.mayCreateIn(id));
    return named.length === 0 ? undefined : this.#checkAll(named, context, request);
  }

  async #checkAll(named, context, request) {
    for (const { id, field } of named) {
      const verdict = await this.#verdictOf(id, context, request);
      if (verdict === false) throw this.#notFound(id, field, request);
      if (verdict !== true) throw this.#problem('SERVICE_UNAVAILABLE', 'Whether the organization exists is not known now. Try again later', request);
    }
  }

  #verdictOf(id, context, request) {
    if (!this.#verdicts.has(request)) this.#verdicts.set(request, new Map());
    const verdicts = this.#verdicts.get(request);
    if (!verdicts.has(id)) verdicts.set(id, this.#ask(id, context, request));
    return verdicts.get(id);
  }

  /** Returns true, false, or undefined if the host can't say in time. */
  async #ask(id, context, request) {
    const patience = Math.min(this.#timeout, request.remainingMilliseconds());
    let timer;
    const late = new Promise((resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${Math.round(patience)} ms`)), patience);
    });
    try {
      const verdict = await Promise.race([(async () => this.#exists(id, context))(), late]);
      if (typeof verdict !== 'boolean') throw new TypeError('it must answer true or false');
      return verdict;
    } catch (error) {
      this.#log('error', `organizations.exists failed for ${id}: ${error?.message ?? error}`, request.traceId);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  #notFound(id, field, request) {
    const echo = Buffer.byteLength(id) <= ECHO_LIMIT ? { entityId: id } : {};
    return this.#problem('NOT_FOUND', 'There is no such organization', request, { entityType: 'Organization', ...echo, field });
  }

  #problem(code, detail, { traceId, occurrence }, more = {}) {
    const { slug, title, status } = PROBLEMS[code];
    return new GraphQLError(detail, { extensions: {
      code, type: `${this.#typeBase}${slug}`, title, status, detail, ...(occurrence !== null && { instance: occurrence }),
      traceId: traceId ?? randomBytes(16).toString('hex'), timestamp: new Date().toISOString(), ...more,
    } });
  }
}
