// SPDX-License-Identifier: MIT
import type { DocumentNode, GraphQLResolveInfo, GraphQLSchema, ValidationRule } from 'graphql';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Action = 'READ' | 'CREATE' | 'UPDATE' | 'DELETE';
export type ActorKind = 'unknown' | 'user' | 'integration' | 'system';
/** The transport of a request. */
export type Source = 'unknown' | 'http' | 'websocket' | 'internal';
/** The kind of client, for audit. */
export type SourceType = 'unknown' | 'web' | 'mobile' | 'api' | 'internal' | 'integration';
export type LogLevel = 'error' | 'warning' | 'info' | 'debug';

/** What the actor may do in one organization, or (null) in all. Grants add up. */
export interface Grant {
  organizationId: string | null;
  actions: readonly Action[];
}

/** Who asks. An actor may be reused for many requests, but must not be changed: the binding caches it. */
export interface Actor {
  id: string;
  /** Default: unknown. */
  kind?: ActorKind;
  grants: readonly Grant[];
}

/** What plugins learn with each call. A wrong value is a TypeError that names it. Lengths are in bytes of UTF-8. No text may hold lone surrogates. */
export interface RequestOptions {
  /** Null: nobody is authenticated. */
  actor: Actor | null;
  /** Default: unknown. */
  source?: Source;
  /** Default: `internal` if the source is, `integration` if the actor is one, otherwise unknown. */
  sourceType?: SourceType;
  /**
   * The organization that the request is about, if the gateway knows it: 1 to 255 bytes. The actor may do
   * nothing in any other organization, whatever its grants say.
   */
  organizationId?: string | null;
  /** 32 lower-case hexadecimal digits (W3C Trace Context). */
  traceId?: string | null;
  /** A BCP 47 tag of 1 to 44 bytes. */
  locale?: string | null;
  /** A URI reference of this occurrence (RFC 9457, section 3.1.5), included in errors as `instance`: 1 to 250 bytes. */
  occurrence?: string | null;
  /** The IP address of the client, for audit. */
  clientAddress?: string | null;
  /** User-Agent, for audit. Truncated after 512 bytes. */
  userAgent?: string | null;
  /** The client's key for retries: the same key means the same mutation. 1 to 255 bytes. */
  idempotencyKey?: string | null;
  /** From now; 0 or absent: no deadline. Plugins start no work after the deadline. */
  deadlineMilliseconds?: number;
}

/** Created once per request, with `request` or `httpRequest`, and passed in the GraphQL context. */
export interface PluginRequest {
  /** Tells plugins that nobody waits for the answers any more. Every call is answered all the same. */
  cancel(): void;
}

export interface PluginSettings {
  /** If true, loading fails when the plugin is missing or can't be used. */
  required?: boolean;
  /** Passed to the plugin, after a check against the schema that it publishes. */
  config?: Record<string, unknown>;
}

/** An instance for each key, such as a tenant, in place of one for all. */
export interface InstanceOptions {
  /**
   * Finds the key in the GraphQL context, once for each request: 1 to 1,024 bytes of UTF-8. What it throws is
   * the error of the field, as for a request that says nothing of its tenant.
   */
  key: (context: any) => string;
  /**
   * Gives a plugin's configuration for a key, which is merged over the settings' `config`. Called when a call
   * finds no instance. Must not block. If it throws, there is no instance, and the log says why.
   */
  config: (key: string, plugin: string) => Record<string, unknown>;
  /** How many instances without calls are kept; the least recently used goes first. Default: 1,000. */
  maxIdle?: number;
  /** The plugins, by ID or file name, that have an instance for each key. Default: all. */
  plugins?: string[];
}

export interface InstanceKey {
  /** The plugin's ID. */
  plugin: string;
  key: string;
  state: 'creating' | 'open' | 'closing' | 'failed' | 'suspending' | 'suspended';
  /** Under way. */
  calls: number;
  /** For the instance. */
  waiting: number;
  /** For the operator: why the last creation failed. */
  failure: string | null;
}

/** What an operator does with keys, of all plugins that have an instance for each. Nothing of it blocks. */
export interface Instances {
  /** The keys that have an instance, are suspended or failed. */
  list(): InstanceKey[];
  /**
   * Rejects the key's calls with SERVICE_UNAVAILABLE until it is resumed. Calls under way are completed, then
   * its instance is destroyed: the state is `suspending` before, `suspended` after.
   */
  suspend(key: string): void;
  /** Ends a suspension; after a failure, the next call tries again. */
  resume(key: string): void;
  /** Lets go of the key's instance, for example because its configuration has changed. Later calls create a new one. */
  close(key: string): void;
}

/** Says which organizations exist. Without it, plugins take every organization that grants name. */
export interface OrganizationOptions {
  /**
   * Whether an organization exists. Called before a plugin's mutation that names one, in an argument or input
   * field `organizationId`, by an actor who may create there; once for each organization and request. `false`
   * rejects the field with NOT_FOUND: the plugin is not called, and no instance is created for it. If it throws,
   * answers something else or nothing in time, the field is rejected with SERVICE_UNAVAILABLE and the log says why.
   */
  exists: (id: string, context: any) => boolean | Promise<boolean>;
  /** How long it may take; less where the request's deadline comes earlier. Default: 5,000. */
  timeoutMilliseconds?: number;
  /** The base of `type` in these errors. Default: `urn:gql-integrations:problem:`. */
  typeBase?: string;
}

export interface LoadOptions {
  /**
   * The host's own schema: SDL, a document, or a schema with resolvers. Default: an empty schema, to which
   * plugins contribute every common type.
   */
  schema?: string | DocumentNode | GraphQLSchema;
  /** The folder from which relative paths in settings are taken, such as that of the file that holds them. Default: the working folder. */
  baseFolder?: string;
  /**
   * Loads private copies of the plugins' files, so that a file may be overwritten while it serves. Default: true.
   * `false` is for debuggers, which find a copy's symbols by its build ID only.
   */
  copyPlugins?: boolean;
  /**
   * Loads all plugins of the folder or none: one that can't be used makes loading fail. Default: false. It is for
   * [new versions](README.md#new-versions): all are checked before one opens its database, which it may migrate.
   */
  whole?: boolean;
  /**
   * Public keys of minisign, at least one: the text of a file such as `minisign.pub`, or its second line. Only plugins
   * that are signed with one of them are loaded. Default: all are. Needs libsodium.
   */
  trustedKeys?: readonly string[];
  /** Keyed by the plugin's ID or its file name. */
  settings?: Record<string, PluginSettings>;
  /**
   * Completes references that plugins return (type and ID) to objects of the host's types. Default: the
   * plugin that can load the type provides the object; if there is none, the reference stays
   * `{__typename, id}`. So it does in the answer to a mutation, which is done, where the schema requires an object
   * and the function gives null or fails; the log says why.
   */
  references?: Record<string, (id: string, context: any, info: GraphQLResolveInfo) => unknown>;
  /**
   * An instance for each key in place of one for all. No instance is created at loading, so a wrong
   * configuration fails calls, not the start.
   */
  instances?: InstanceOptions;
  /** Says which organizations exist. */
  organizations?: OrganizationOptions;
  /** Finds the request in the GraphQL context. Default: `context.pluginRequest`. */
  requestOf?: (context: any) => PluginRequest;
  /** Receives the log lines of plugins and of the package. Default: `createLog(logLevel)`, on standard error. */
  log?: (level: LogLevel, message: string, traceId: string | null) => void;
  /** The most detailed level that is logged. Default: info. */
  logLevel?: LogLevel;
  /**
   * How many fields an operation may select, fragments expanded; one of the introspection counts as 20.
   * Beyond it, plugins are not called: every field of theirs is an error with the code VALIDATION_ERROR.
   * Default: 10,000.
   */
  maxFields?: number;
  /** How deep the selections of an operation may be nested, fragments expanded; likewise. At most 64, the default. */
  maxDepth?: number;
  /** Called for each plugin that can't be used and is left out, unless loading fails. Default: log it. */
  refused?: (error: PluginRefused) => void;
}

export interface PluginAbout {
  id: string;
  name: string;
  version: string;
  file: string;
  description: string;
  /** JSON Schema (2020-12) of the settings' `config`. */
  configSchema: string;
}

/** How a plugin's instance fares. */
export interface PluginHealth {
  id: string;
  /** `degraded`: it serves, but something needs the operator. `failed`: it rejects, for example, every mutation. */
  status: 'ok' | 'degraded' | 'failed';
  /** For the operator: it may name files. Empty if the status is `ok`. */
  reason: string;
}

/** What is counted or measured, by the conventions of OpenTelemetry. */
export interface PluginMetric {
  /** Lower-case words with dots between them: `graphql.plugin.call.duration`. */
  name: string;
  /** `counter` only grows; `updowncounter` is a sum; of a `gauge`, the highest is the worst, or what `worst` says. */
  kind: 'counter' | 'updowncounter' | 'gauge' | 'histogram';
  worst?: 'lowest';
  /** In UCUM: `s`, `By`, `{call}`, `1`. */
  unit: string;
  description: string;
  /** Histograms: the upper bounds of all buckets but the last. */
  bounds?: number[];
  /** One for each combination of attributes that occurred. */
  points: {
    attributes: Record<string, string>;
    /** All but histograms. */
    value?: number;
    /** Histograms: how many values, their sum, and how many are in each bucket. */
    count?: number;
    sum?: number;
    buckets?: number[];
  }[];
}

export interface MetricsOptions {
  /**
   * How many organizations may be told apart by the attribute `graphql.organization`; all others are `_OTHER`.
   * Default: 0, none.
   */
  organizations?: number;
}

/** Something that was done, as a plugin numbers it for each organization. */
export interface PluginEvent {
  /** Opaque: the event's place among those of its organization. */
  position: string;
  /** Counts the organization's events from 1 without gaps. */
  sequence: number;
  organizationId: string;
  /** The content was erased: nothing is left but the place and `aggregateId`. */
  isErased?: true;
  /** Of the event: by it, a receiver drops those that it had before. */
  id?: string;
  /** RFC 3339, UTC. */
  time?: string;
  eventType?: 'CREATED' | 'UPDATED' | 'DELETED' | 'RESTORED' | 'REFUSED' | (string & {});
  actorId?: string;
  actorKind?: 'USER' | 'INTEGRATION' | 'SYSTEM' | (string & {});
  clientAddress?: string;
  userAgent?: string;
  sourceType?: 'WEB' | 'MOBILE' | 'API' | 'INTERNAL' | 'INTEGRATION' | (string & {});
  traceId?: string;
  aggregateType?: string;
  aggregateId?: string;
  /** What changed: each field with its `old` and `new` value. */
  data?: Record<string, any>;
}

export interface EventQuery {
  organizationId: string;
  /** Only events of that aggregate, such as an integration. */
  entityId?: string | null;
  filter?: {
    actorId?: string | null;
    eventTypes?: readonly string[] | null;
    /** RFC 3339: at or after. */
    from?: string | null;
    /** RFC 3339: before. */
    to?: string | null;
  } | null;
  /** 1 to 500. Default: 50. */
  limit?: number | null;
  /** Only events after the one at this position, in rising order of `sequence`. */
  after?: string | null;
  /** Only events before the one at this position. */
  before?: string | null;
  /** From the last one on, in falling order. Default: false. */
  backward?: boolean | null;
}

export interface EventPage {
  /** At most `limit`. There may be fewer, even none, and more to come: a call examines a bounded number. */
  events: PluginEvent[];
  /** There may be more: go on with `position` as `after`, or as `before` if `backward`. */
  hasMore: boolean;
  position: string | null;
}

/** An event for a consumer. */
export interface DeliveredEvent extends PluginEvent {
  /**
   * Says that this event, and those of its organization before it, are taken: they are not delivered again. Rejects
   * with the code CONFLICT if the process was away for longer than its lease, and another one has taken over.
   */
  acknowledge(): Promise<void>;
}

export interface EventsOptions {
  /** The consumer's name, by which the plugin keeps how far it has come: 1 to 64 of A-Z a-z 0-9 . _ - */
  consumer: string;
  /** Ends the loop, as `break` does. */
  signal?: AbortSignal;
  /**
   * Events before that time are passed over. Keep it the same, such as the day when the consumer was set up: a later
   * one passes over what was not delivered yet. Default: a new consumer begins with the first event there is.
   */
  since?: Date | string;
  /**
   * Default, false: an event is acknowledged when the loop asks for the next one, and the next one is delivered after
   * that. True: by its `acknowledge`, while the loop goes on with others; as long as the events of `maxOrganizations`
   * organizations are not acknowledged, it waits.
   */
  manual?: boolean;
  /** With `manual`, how many organizations' events are under way. Default: 16. */
  maxOrganizations?: number;
  /** How many events of an organization are taken at a time: 1 to 500. Default: 50. */
  batchSize?: number;
  /**
   * How long after the end of this process another one takes its events over: 1,000 to 3,600,000. Leases are extended
   * while it works. Default: 60,000.
   */
  leaseMilliseconds?: number;
}

/** Keyed by type, then by field. */
export type Resolvers = Record<string, Record<string, (...args: any[]) => unknown>>;

/**
 * A module for buildSubgraphSchema of @apollo/subgraph. The resolvers include `__resolveReference`, which
 * loads in batches.
 */
export interface Subgraph {
  name: string;
  typeDefs: DocumentNode;
  resolvers: Resolvers;
}

export interface Plugins {
  readonly about: PluginAbout[];
  /**
   * What plugins add to the host's schema: their types and fields, and the common types that the host
   * does not define. Together with the host's own type definitions it is the complete schema.
   */
  readonly typeDefs: DocumentNode;
  readonly resolvers: Resolvers;
  /** The executable schema: the host's with what plugins add. Built on first access. */
  readonly schema: GraphQLSchema;
  /**
   * Rejects documents beyond `maxFields` or `maxDepth`, and aliases of more than 128 characters, with the
   * code VALIDATION_ERROR. Add it to the gateway's validation rules: gateways that plan or compile documents
   * expand fragments before they call a resolver.
   */
  readonly validationRule: ValidationRule;
  /**
   * Returns how many fields the operations of a document select, fragments expanded: what a gateway that
   * compiles documents keeps of each. Infinity beyond `maxDepth`.
   */
  countFields(document: DocumentNode): number;
  /** A subgraph of Apollo Federation 2 for each plugin that offers one. */
  readonly subgraphs: Subgraph[];
  /**
   * Loads a plugin's object by ID with the selected fields, for `node`, `nodes`, `me` and the like. The ID
   * leads to the one type that claims it. Null if no type does, or if the object does not exist or may not
   * be read. Rejects if several types claim the ID, and names them. The object's `__typename` resolves
   * interfaces and unions. All IDs of one turn of the event loop go into one call per type.
   */
  load(id: string, context: any, info: GraphQLResolveInfo): Promise<Record<string, unknown> | null>;
  /**
   * Counts what a resolver of the host answers towards the limit for the answers of a request, and returns it:
   * for lists, whose members have what aliases repeat. Throws a GraphQLError with the code VALIDATION_ERROR.
   */
  bound<Value>(value: Value, context: any, info: GraphQLResolveInfo): Value;
  request(options: RequestOptions): PluginRequest;
  /**
   * Creates the request of an HTTP request. Its headers give the trace (`traceparent`), the locale, the user
   * agent and the idempotency key (`Idempotency-Key`), its connection the client's address. Options take
   * precedence: behind a proxy, pass `clientAddress`. The request is cancelled if the client disconnects
   * before the answer. Throws a GraphQLError with `extensions.http.status` 400 for a malformed key.
   */
  httpRequest(req: IncomingMessage, res: ServerResponse, options: RequestOptions): PluginRequest;
  /** With the option `instances` only. */
  readonly instances?: Instances;
  /**
   * How each plugin's instance fares; those that do not say are `ok`. A plugin with an instance for each key is
   * `degraded` while one of those in use is not `ok` or could not be created, and `failed` if all of them are. Does
   * not block. Empty after `close`.
   */
  health(): PluginHealth[];
  /**
   * What the plugins have counted and measured since they were loaded, and this package. Those of a plugin have its
   * ID as the attribute `graphql.plugin.id`; instances are added up. They hold no secret.
   */
  metrics(options?: MetricsOptions): PluginMetric[];
  /** The ID of the plugin that offers events (`draft/events/1`), or null. `readEvents` and `events` ask the first that does. */
  readonly eventsPlugin: string | null;
  /**
   * Reads events of an organization, for the actor of the request in the GraphQL context: who may not read there gets
   * PERMISSION_DENIED. Rejects with a GraphQLError, as a field of the plugin would.
   */
  readEvents(query: EventQuery, context: any): Promise<EventPage>;
  /**
   * Delivers the events of all organizations to a consumer: each at least once, in order within its organization, by
   * one of several gateways. Waits when there are none, and ends with `signal`, `break` or `close`. Failures of the
   * storage are logged and tried again. Throws a TypeError for wrong options, and if no plugin offers events or it has an
   * instance for each key.
   */
  events(options: EventsOptions): AsyncIterableIterator<DeliveredEvent>;
  /**
   * Completes the calls under way, rejects later ones (`SERVICE_UNAVAILABLE`) and closes everything. No
   * handle stays open. Where loops over events hold some, these are given back first.
   */
  close(): Promise<void>;
}

/** The failure of loading one plugin. */
export class PluginRefused extends Error {
  readonly file: string;
  /** The plugin's ID, if it could be read. */
  readonly id?: string;
  /** Every reason. Each conflict between the schemas of plugin and host is one. */
  readonly reasons: string[];
}

/** Plugins that the settings require are missing or refused. The message has every reason, and which were found. */
export class PluginsMissing extends Error {
  readonly refused: PluginRefused[];
}

/** Returns a log that writes lines up to a level to standard error. Controls in messages are escaped. */
export function createLog(level: LogLevel): (level: LogLevel, message: string, traceId?: string | null) => void;

/** Returns a message as a line of a log: controls are escaped, and what is too long is cut. */
export function safeLine(message: string): string;

/**
 * Checks a configuration against a JSON Schema, and returns a copy whose paths are absolute, from the folder:
 * strings for which the schema has `"format": "path"`. loadPlugins does so with the schema of each plugin; a
 * gateway can do it with its own. Throws an Error that lists every mistake. `useDefaults`: with the schema's defaults.
 */
export function checkConfiguration<Configuration>(
  schema: Record<string, unknown>, configuration: Configuration, folder: string, options?: { useDefaults?: boolean },
): Configuration;

/** Loads every *.so of a folder, in the order of their names. Rejects with PluginsMissing if a required plugin is missing or refused. */
export function loadPlugins(folder: string, options?: LoadOptions): Promise<Plugins>;
