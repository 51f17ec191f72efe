// SPDX-License-Identifier: MIT
// A request as plugins see it: who asks, until when, under which trace.
import { randomBytes, randomUUID } from 'node:crypto';

const ACTIONS = { READ: 1, CREATE: 2, UPDATE: 4, DELETE: 8 };
const SOURCES = { unknown: 0, http: 1, websocket: 2, internal: 3 };

function maskOf(actions) {
  let mask = 0;
  for (const action of actions) {
    if (!Object.hasOwn(ACTIONS, action)) throw new TypeError(`${action} is not an action; known are ${Object.keys(ACTIONS).join(', ')}`);
    mask |= ACTIONS[action];
  }
  return mask;
}

function sourceOf(name) {
  if (!Object.hasOwn(SOURCES, name)) throw new TypeError(`source must be one of ${Object.keys(SOURCES).join(', ')}`);
  return SOURCES[name];
}

/** A missing or misspelt organizationId must not grant access to all organizations. */
function grantOf({ organizationId, actions }) {
  if (typeof organizationId !== 'string' && organizationId !== null) {
    throw new TypeError('The organizationId of a grant must be a string, or null for all organizations');
  }
  return { organizationId, actions: maskOf(actions) };
}

const made = new WeakMap(); // The binding's handle of each actor: a gateway that keeps an actor pays once.
const NOBODY = { id: null, grants: [] };

function actorOf(native, actor) {
  let handle = made.get(actor);
  if (!handle) {
    handle = native.makeActor(actor.id, actor.grants.map(grantOf));
    made.set(actor, handle);
  }
  return handle;
}

const CANCELLED = 0; // The number of every cancelled request.

/**
 * Returns a new number, by which the binding finds the calls of a request. The counter belongs to the
 * binding, because several copies of this module may share it.
 */
function nextNumber(native) {
  native.requests = (native.requests ?? CANCELLED) + 1;
  return native.requests;
}

export class PluginRequest {
  #native;
  #actor;
  #number;
  #about;
  #deadline;

  constructor(native, { actor, traceId = null, locale = null, instance = null, source = 'unknown', deadlineMilliseconds = 0 }) {
    this.#native = native;
    this.#actor = actorOf(native, actor ?? NOBODY);
    this.#number = nextNumber(native);
    this.#about = [traceId, locale, instance, sourceOf(source)];
    this.#deadline = deadlineMilliseconds > 0 ? performance.now() + deadlineMilliseconds : 0;
  }

  /**
   * Calls a resolver or a loader of a plugin. Returns the JSON text of the value, or
   * {code, message, extensions}, or a promise of either.
   */
  call({ instance }, isLoader, index, args, parent, selection) {
    const [traceId, locale, occurrence, source] = this.#about;
    const remaining = this.#deadline && Math.max(this.#deadline - performance.now(), 1e-6);
    return this.#native.call(instance, isLoader, index, args, parent, selection, this.#actor, this.#number,
      traceId, locale, occurrence, source, remaining);
  }

  /** Cancels the calls under way and those that follow: nobody waits for the answers any more. */
  cancel() {
    if (this.#number !== CANCELLED) this.#native.cancel(this.#number);
    this.#number = CANCELLED;
  }
}

/** Returns a function that finds the request in the GraphQL context. */
export function requestFinder(requestOf) {
  return (context) => {
    const request = requestOf(context);
    if (request instanceof PluginRequest) return request;
    throw new TypeError('The GraphQL context has no request for plugins: create one with plugins.request or plugins.httpRequest and ' +
      'set it as pluginRequest, or use the option requestOf to say where it is');
  };
}

/** Returns the trace ID of the header traceparent (W3C Trace Context, section 3.2), or a new one. */
function traceIdOf(traceparent) {
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent ?? '')?.[1];
  return id && !/^0+$/.test(id) ? id : randomBytes(16).toString('hex');
}

/**
 * Returns the first language tag, truncated after four subtags (RFC 4647, section 3.4), because a
 * client's header may have any length.
 */
function localeOf(acceptLanguage) {
  return /^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4})/.exec(acceptLanguage ?? '')?.[1] ?? null;
}

/** Creates the request of an HTTP request. It is cancelled if the client disconnects before the answer. */
export function httpRequest(native, req, res, { actor, deadlineMilliseconds }) {
  const request = new PluginRequest(native, {
    actor,
    traceId: traceIdOf(req.headers.traceparent),
    locale: localeOf(req.headers['accept-language']),
    instance: `urn:uuid:${randomUUID()}`,
    source: 'http',
    deadlineMilliseconds,
  });
  const end = () => {
    if (!res.writableFinished) request.cancel();
  };
  if (res.destroyed) end(); // The client disconnected during authentication.
  else res.once('close', end);
  return request;
}
