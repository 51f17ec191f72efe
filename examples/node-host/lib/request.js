// SPDX-License-Identifier: MIT
// What plugins are told about a request.
import { randomBytes, randomUUID } from 'node:crypto';

const ACTIONS = { READ: 1, CREATE: 2, UPDATE: 4, DELETE: 8 };
const SOURCES = { unknown: 0, http: 1, websocket: 2, internal: 3 };

function maskOf(actions) {
  let mask = 0;
  for (const action of actions) {
    if (!Object.hasOwn(ACTIONS, action)) throw new TypeError(`${action} is no action; there are ${Object.keys(ACTIONS).join(', ')}`);
    mask |= ACTIONS[action];
  }
  return mask;
}

function sourceOf(name) {
  if (!Object.hasOwn(SOURCES, name)) throw new TypeError(`source must be one of ${Object.keys(SOURCES).join(', ')}`);
  return SOURCES[name];
}

/** An organization that is left out, or misspelt, must not become all of them. */
function grantOf({ organizationId, actions }) {
  if (typeof organizationId !== 'string' && organizationId !== null) {
    throw new TypeError('The organizationId of a grant must be a string, or null for all organizations');
  }
  return { organizationId, actions: maskOf(actions) };
}

const made = new WeakMap(); // Actors as the binding has them: a gateway that keeps an actor pays for it once.
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

/** A number by which the binding finds the calls of a request. Several copies of this module may share the binding, so it counts. */
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

  /** Calls a resolver or a loader of a plugin. Returns the JSON of the value, or {code, message, extensions}, or a promise of either. */
  call({ instance }, isLoader, index, args, parent, selection) {
    const [traceId, locale, occurrence, source] = this.#about;
    const remaining = this.#deadline && Math.max(this.#deadline - performance.now(), 1e-6);
    return this.#native.call(instance, isLoader, index, args, parent, selection, this.#actor, this.#number,
      traceId, locale, occurrence, source, remaining);
  }

  /** Nobody waits for the answers any more: tells the calls under way, and those that follow. */
  cancel() {
    if (this.#number !== CANCELLED) this.#native.cancel(this.#number);
    this.#number = CANCELLED;
  }
}

/** Makes a function from the GraphQL context to the request in it. */
export function requestFinder(requestOf) {
  return (context) => {
    const request = requestOf(context);
    if (request instanceof PluginRequest) return request;
    throw new TypeError('The GraphQL context has no request for plugins: make one by plugins.request or plugins.httpRequest and put it ' +
      'there as pluginRequest, or say by the option requestOf where it is');
  };
}

/** The trace of W3C Trace Context, section 3.2, or a new one. */
function traceIdOf(traceparent) {
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent ?? '')?.[1];
  return id && !/^0+$/.test(id) ? id : randomBytes(16).toString('hex');
}

/** The first language tag, cut off after some subtags (RFC 4647, section 3.4): a client's header may be as long as it likes. */
function localeOf(acceptLanguage) {
  return /^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4})/.exec(acceptLanguage ?? '')?.[1] ?? null;
}

/** The request of an HTTP request; cancelled when the client goes before it is answered. */
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
  if (res.destroyed) end(); // While it was found out who asks.
  else res.once('close', end);
  return request;
}
