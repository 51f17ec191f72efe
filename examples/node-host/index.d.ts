// SPDX-License-Identifier: MIT
import type { DocumentNode, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Action = 'READ' | 'CREATE' | 'UPDATE' | 'DELETE';
export type LogLevel = 'error' | 'warning' | 'info' | 'debug';

/** What the actor may do in one organization, or (null) in all. Grants add up. */
export interface Grant {
  organizationId: string | null;
  actions: Action[];
}

/** Who asks. May be kept for many requests, and is not to be changed then: what is derived from it is kept, too. */
export interface Actor {
  id: string;
  grants: Grant[];
}

/** What plugins are told with each call. */
export interface RequestOptions {
  /** Null: nobody is authenticated. */
  actor: Actor | null;
  /** 32 lower-case hexadecimal digits (W3C Trace Context). */
  traceId?: string | null;
  /** A BCP 47 tag. */
  locale?: string | null;
  /** A URI reference of this occurrence (RFC 9457, section 3.1.5), which errors then carry. */
  instance?: string | null;
  source?: 'unknown' | 'http' | 'websocket' | 'internal';
  /** From now; 0 or absent: none. Past it plugins do not begin what nobody waits for. */
  deadlineMilliseconds?: number;
}

/** Made by `request` or `httpRequest`, once for each request, and passed on by the GraphQL context. */
export interface PluginRequest {
  /** Nobody waits for its answers any more. They come all the same. */
  cancel(): void;
}

export interface PluginSettings {
  /** Loading fails if it is not there or can't be used. */
  required?: boolean;
  /** What the plugin is given; it checks it itself. */
  config?: Record<string, unknown>;
}

export interface LoadOptions {
  /** The host's own schema: SDL, a document, or a schema with resolvers. Default: an empty one, so that plugins lend every common type. */
  schema?: string | DocumentNode | GraphQLSchema;
  /** By a plugin's ID or its file name. */
  settings?: Record<string, PluginSettings>;
  /**
   * Completes references that plugins return (type and ID) to objects of the host's types. Default: the object of the plugin that
   * loads this type; else the reference itself, `{__typename, id}`.
   */
  references?: Record<string, (id: string, context: any, info: GraphQLResolveInfo) => unknown>;
  /** Finds the request in the GraphQL context. Default: `context.pluginRequest`. */
  requestOf?: (context: any) => PluginRequest;
  /** Takes what plugins log. */
  log?: (level: LogLevel, message: string, traceId: string | null) => void;
  /** The most detailed level that is logged. Default: info. */
  logLevel?: LogLevel;
  /** A plugin that can't be used and is not required: told here, and left out. Default: it is logged. */
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

/** By type, then by field. */
export type Resolvers = Record<string, Record<string, (...args: any[]) => unknown>>;

/** As buildSubgraphSchema of @apollo/subgraph takes it. The resolvers have `__resolveReference`, which loads in batches. */
export interface Subgraph {
  name: string;
  typeDefs: DocumentNode;
  resolvers: Resolvers;
}

export interface Plugins {
  readonly about: PluginAbout[];
  /** What plugins add to the host's schema: their types and fields, the common types that the host lacks. Beside the host's own it makes the whole. */
  readonly typeDefs: DocumentNode;
  readonly resolvers: Resolvers;
  /** The host's schema with what plugins add, executable; made when it is first asked for. */
  readonly schema: GraphQLSchema;
  /** Each plugin that offers one, as a subgraph of Apollo Federation 2. */
  readonly subgraphs: Subgraph[];
  /**
   * A plugin's object by ID with what is selected, for `node`, `nodes`, `me` and the like; null where there is none that may be read. It
   * has `__typename`, by which interfaces and unions resolve. All IDs of one turn of the event loop go into one call for each type.
   */
  load(id: string, context: any, info: GraphQLResolveInfo): Promise<Record<string, unknown> | null>;
  request(options: RequestOptions): PluginRequest;
  /** The request of an HTTP request: trace and locale by its headers, cancelled when the client goes before it is answered. */
  httpRequest(req: IncomingMessage, res: ServerResponse, options: { actor: Actor | null; deadlineMilliseconds?: number }): PluginRequest;
  /** Answers what is under way, refuses what comes later (`SERVICE_UNAVAILABLE`), and lets go of everything: no handle stays open. */
  close(): Promise<void>;
}

/** Why a plugin can't be used. */
export class PluginRefused extends Error {
  readonly file: string;
  /** All of them: each conflict of its schema with the host's is one. */
  readonly reasons: string[];
}

/**
 * Loads every *.so of a folder, in the order of their names. Rejects if a required one is not there or refused: with an AggregateError
 * whose `errors` are a PluginRefused for each that was refused.
 */
export function loadPlugins(folder: string, options?: LoadOptions): Promise<Plugins>;
