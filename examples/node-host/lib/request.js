// SPDX-License-Identifier: MIT
// A request as plugins see it: who asks, until when, under which trace.
import { isIP } from 'node:net';
import { GraphQLError } from './graphql.js';
import { checkKeys } from './options.js';
import { callWithin, originOf } from './trace.js';

const ACTIONS = { READ: 1, CREATE: 2, UPDATE: 4, DELETE: 8 };
const ACTOR_KINDS = { unknown: 0, user: 1, integration: 2, system: 3 };
const SOURCES = { unknown: 0, http: 1, websocket: 2, internal: 3 };
const SOURCE_TYPES = { unknown: 0, web: 1, mobile: 2, api: 3, internal: 4, integration: 5 };

/** The longest texts, in bytes of UTF-8. The binding has room for them. */
const LIMITS = { locale: 44, occurrence: 250, organizationId: 255, idempotencyKey: 255 };
/** Texts without a size in the ABI, which NUL would end. */
const TERMINATED = ['locale', 'occurrence'];
const NOT_UNICODE = 'must not hold lone surrogates';
const USER_AGENT_LIMIT = 512;
/** The JSON of all arguments together, in characters: many fields can share one long variable. */
const ARGUMENTS_LIMIT = 1 << 22;
/** The answers of all fields, in characters, with the copies that aliases and lists of IDs make of them. */
const ANSWERS_LIMIT = 1 << 23;
const NAMES = new Set(['actor', 'source', 'sourceType', 'traceId', 'clientAddress', 'userAgent', 'deadlineMilliseconds', ...Object.keys(LIMITS)]);

/** Whether a text fits. A UTF-16 code unit has at most three bytes in UTF-8, so most texts need not be measured. */
function fits(text, limit) {
  return text.length * 3 <= limit || Buffer.byteLength(text) <= limit;
}

/** Whether a text holds no lone surrogates. In UTF-8 all of them would become U+FFFD, and different texts the same. */
export function isUnicode(text) {
  return !/\p{Surrogate}/u.test(text);
}

function numberOf(numbers, name, what) {
  if (!Object.hasOwn(numbers, name)) throw new TypeError(`${what} must be one of ${Object.keys(numbers).join(', ')}`);
  return numbers[name];
}

function maskOf(actions) {
  let mask = 0;
  for (const action of actions) {
    if (!Object.hasOwn(ACTIONS, action)) throw new TypeError(`${action} is not an action; known are ${Object.keys(ACTIONS).join(', ')}`);
    mask |= ACTIONS[action];
  }
  return mask;
}

/** A missing or misspelt organizationId must not grant access to all organizations. */
function grantOf({ organizationId, actions }) {
  if (typeof organizationId !== 'string' && organizationId !== null) {
    throw new TypeError('The organizationId of a grant must be a string, or null for all organizations');
  }
  if (organizationId !== null && !isUnicode(organizationId)) throw new TypeError(`The organizationId of a grant ${NOT_UNICODE}`);
  return { organizationId, actions: maskOf(actions) };
}

const made = new WeakMap(); // The binding's handle of each actor: a gateway that keeps an actor pays once.
const NOBODY = { id: null, grants: [] };

function actorOf(native, actor) {
  let handle = made.get(actor);
  if (!handle) {
    if (typeof actor.id === 'string' && !isUnicode(actor.id)) throw new TypeError(`actor.id ${NOT_UNICODE}`);
    const kind = numberOf(ACTOR_KINDS, actor.kind ?? 'unknown', 'actor.kind');
    handle = native.makeActor(actor.id, kind, actor.grants.map(grantOf));
    made.set(actor, handle);
  }
  return handle;
}

/** Unless the gateway says otherwise, its own requests are internal, and those of an integration come from one. */
function sourceTypeOf({ sourceType, source, actor }) {
  if (sourceType !== undefined) return sourceType;
  if (source === 'internal') return 'internal';
  return actor?.kind === 'integration' ? 'integration' : 'unknown';
}

/** Returns a text, or null. A text that is too long is rejected, because a part of it could mean something else. */
function textOf(options, name) {
  const text = options[name] ?? null;
  const limit = LIMITS[name];
  if (typeof text === 'string' && !isUnicode(text)) throw new TypeError(`${name} ${NOT_UNICODE}`);
  if (TERMINATED.includes(name) && text?.includes?.('\0')) throw new TypeError(`${name} must not hold NUL`);
  if (text === null || (typeof text === 'string' && text !== '' && fits(text, limit))) return text;
  throw new TypeError(`${name} must be a string of 1 to ${limit} bytes, or null`);
}

function traceIdOf({ traceId = null }) {
  if (traceId === null || (typeof traceId === 'string' && /^[0-9a-f]{32}$/.test(traceId))) return traceId;
  throw new TypeError('traceId must be 32 lower-case hexadecimal digits, or null');
}

function clientAddressOf({ clientAddress = null }) {
  if (clientAddress === null || (typeof clientAddress === 'string' && clientAddress.length < 60 && isIP(clientAddress) !== 0)) return clientAddress;
  throw new TypeError('clientAddress must be an IP address, or null');
}

const encoder = new TextEncoder();
const agentRoom = new Uint8Array(USER_AGENT_LIMIT);

/** Returns the user agent, truncated between characters: it is for people to read. */
function userAgentOf({ userAgent = null }) {
  if (userAgent === null || userAgent === '') return null;
  if (typeof userAgent !== 'string') throw new TypeError('userAgent must be a string, or null');
  if (!isUnicode(userAgent)) throw new TypeError(`userAgent ${NOT_UNICODE}`);
  return fits(userAgent, USER_AGENT_LIMIT) ? userAgent : userAgent.slice(0, encoder.encodeInto(userAgent, agentRoom).read);
}

/** Returns the time of performance.now() at which the request ends; 0: never. */
function deadlineOf({ deadlineMilliseconds = 0 }) {
  if (typeof deadlineMilliseconds !== 'number' || !(deadlineMilliseconds >= 0)) {
    throw new TypeError('deadlineMilliseconds must be a number that is not negative; 0: no deadline');
  }
  return deadlineMilliseconds > 0 ? performance.now() + deadlineMilliseconds : 0;
}

/** What is called: an index of the plugin's resolvers, of its loaders, or 0 to 2 for `read`, `claim` and `acknowledge` of its events. */
export const CALL = { resolver: 0, loader: 1, events: 2 };

const EVENT_CALLS = ['read', 'claim', 'acknowledge'];

/** Returns the name and the attributes of a call's span. */
function spanOf({ about }, kind, index) {
  const attributes = { 'graphql.plugin.id': about.id };
  if (kind === CALL.loader) return { name: `load ${about.loaders[index].type}`, attributes };
  if (kind === CALL.events) return { name: `events ${EVENT_CALLS[index]}`, attributes };
  const { type, field } = about.resolvers[index];
  if (type === 'Query' || type === 'Mutation') attributes['graphql.operation.type'] = type.toLowerCase();
  return { name: `${type}.${field}`, attributes: { ...attributes, 'graphql.field': `${type}.${field}` } };
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
  #grants;
  #number;
  #about; // The binding's arguments after `remaining`, in its order.
  #deadline;
  #room = ARGUMENTS_LIMIT;
  #answered = 0; // Characters.
  #organizationId;
  #context; // Of the operation.
  #key; // Of the instance, where there is one for each key.
  #origin; // For traces.

  /** `remote`: {traceId, spanId, traceFlags} of the caller's span, or null. */
  constructor(native, options, remote = null) {
    for (const name in options) if (!NAMES.has(name)) checkKeys(options, [...NAMES], 'request');
    const { actor, source = 'unknown' } = options;
    this.#native = native;
    this.#actor = actorOf(native, actor ?? NOBODY);
    this.#grants = actor?.grants ?? [];
    this.#organizationId = textOf(options, 'organizationId');
    this.traceId = traceIdOf(options);
    this.occurrence = textOf(options, 'occurrence');
    this.#about = [
      numberOf(SOURCES, source, 'source'), numberOf(SOURCE_TYPES, sourceTypeOf(options), 'sourceType'),
      this.traceId, textOf(options, 'locale'), this.occurrence, this.#organizationId,
      clientAddressOf(options), userAgentOf(options), textOf(options, 'idempotencyKey'),
    ];
    this.#deadline = deadlineOf(options);
    this.#origin = originOf(remote);
    this.#number = nextNumber(native);
  }

  /** Returns the JSON of arguments. Once the arguments of the request exceed the limit, it throws without writing any. */
  #write(args) {
    const text = this.#room < 0 ? '' : JSON.stringify(args);
    this.#room -= text.length;
    if (this.#room >= 0) return text;
    throw new GraphQLError(`The arguments of all fields of a request must not exceed ${ARGUMENTS_LIMIT} characters together`,
      { extensions: { code: 'VALIDATION_ERROR' } });
  }

  /** Notes that so many characters are answered. Throws beyond the limit. */
  answer(characters) {
    this.#answered += characters;
    if (this.#answered <= ANSWERS_LIMIT) return;
    throw new GraphQLError(`The answers of all fields of a request, with what aliases repeat, must not exceed ${ANSWERS_LIMIT} characters together`,
      { extensions: { code: 'VALIDATION_ERROR' } });
  }

  /** Calls a function of a plugin, which `kind` (CALL) and `index` tell. `name` is the response name of a mutation. Returns an answer; see answer.js. */
  call(plugin, kind, index, args, parent, selection, name = null) {
    const { target, keyOf } = plugin;
    if (keyOf) this.#key ??= keyOf(this.#context);
    const text = this.#write(args);
    const remaining = this.#deadline && this.remainingMilliseconds();
    return callWithin(this.#origin, () => spanOf(plugin, kind, index), () => this.#native.call(target, this.#key, kind, index, text, parent,
      selection, this.#actor, this.#number, remaining, ...this.#about, name));
  }

  /** How long the request has until its deadline: more than 0; Infinity without one. */
  remainingMilliseconds() {
    return this.#deadline ? Math.max(this.#deadline - performance.now(), 1e-6) : Infinity;
  }

  /** Whether the actor may create something in an organization. Plugins decide; IDs that no organization has are theirs to reject. */
  mayCreateIn(id) {
    if (id === '' || !fits(id, LIMITS.organizationId) || !isUnicode(id)) return false;
    const isOwn = this.#organizationId === null || this.#organizationId === id;
    return isOwn && this.#grants.some(({ organizationId, actions }) =>
      (organizationId === null || organizationId === id) && actions.includes('CREATE'));
  }

  /** Tells in which GraphQL context the request is. The first one counts. */
  within(context) {
    this.#context ??= context;
    return this;
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
    if (request instanceof PluginRequest) return request.within(context);
    throw new TypeError('The GraphQL context has no request for plugins: create one with plugins.request or plugins.httpRequest and ' +
      'set it as pluginRequest, or use the option requestOf to say where it is');
  };
}
