// SPDX-License-Identifier: MIT
import type { DocumentNode, GraphQLResolveInfo, GraphQLSchema } from 'graphql';
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Action = 'READ' | 'CREATE' | 'UPDATE' | 'DELETE';
export type LogLevel = 'error' | 'warning' | 'info' | 'debug';

/** What the actor may do in one organization, or (null) in all. Grants add up. */
export interface Grant { organizationId: string | null; actions: Action[] }

/** Who asks. */
export interface Actor { id: string; grants: Grant[] }

/** What plugins are told with each call; made once for each request, and passed on by the GraphQL context. */
export interface RequestOptions {
  actor: Actor | null;               // null: nobody is authenticated
  traceId?: string | null;           // 32 lower-case hex digits (W3C Trace Context)
  locale?: string | null;            // BCP 47
  instance?: string | null;          // URI reference of this occurrence (RFC 9457)
  source?: 'unknown' | 'http' | 'websocket' | 'internal';
  deadlineMilliseconds?: number;     // from now; 0 or absent: none
}
export interface PluginRequest { cancel(): void }

export interface PluginSettings { required?: boolean; config?: Record<string, unknown> }

export interface LoadOptions {
  /** The host's own schema: SDL text, a document, or a schema with resolvers. Default: an empty one, so that plugins lend every common type. */
  schema?: string | DocumentNode | GraphQLSchema;
  /** By a plugin's ID or its file name. */
  settings?: Record<string, PluginSettings>;
  /** Completes references that plugins return (type and ID) to objects of the host's types. Default: the reference itself. */
  references?: Record<string, (id: string, context: any, info: GraphQLResolveInfo) => unknown>;
  /** Finds the request in the GraphQL context. Default: `context.pluginRequest`. */
  requestOf?: (context: any) => PluginRequest;
  log?: (level: LogLevel, message: string, traceId: string | null) => void;
  logLevel?: LogLevel;
  /** A plugin that can't be used and is not required: told here, and left out. */
  refused?: (error: PluginRefused) => void;
}

export interface PluginAbout { id: string; name: string; version: string; file: string; description: string; configSchema: string }

export type Resolvers = Record<string, Record<string, unknown>>;

export interface Subgraph { name: string; typeDefs: DocumentNode; resolvers: Resolvers }

export interface Plugins {
  readonly about: PluginAbout[];
  /** What plugins add to the host's schema: `extend type Query …`, their types, the common types that the host lacks. Beside the host's own typeDefs it makes the whole. */
  readonly typeDefs: DocumentNode;
  readonly resolvers: Resolvers;
  /** The host's schema with the plugins' part, executable (made on first use). */
  readonly schema: GraphQLSchema;
  /** One Apollo Federation 2 subgraph for each plugin: typeDefs and resolvers (with __resolveReference, batched) as buildSubgraphSchema of @apollo/subgraph takes them. */
  readonly subgraphs: Subgraph[];
  /** A plugin's object by ID, `{__typename, …}` with what is selected, or null: for `node`, `nodes`, `me`. All IDs of one turn of the event loop go into one call a type. */
  load(id: string, context: any, info: GraphQLResolveInfo): Promise<Record<string, unknown> | null>;
  request(options: RequestOptions): PluginRequest;
  /** The request of an HTTP request (trace, locale, cancelled when the client goes away). */
  httpRequest(req: IncomingMessage, res: ServerResponse, options: { actor: Actor | null; deadlineMilliseconds?: number }): PluginRequest;
  /** Finishes what is under way and lets go of everything; no handle stays open. */
  close(): Promise<void>;
}

/** Why a plugin can't be used: `file` and all the reasons. */
export class PluginRefused extends Error { readonly file: string; readonly reasons: string[] }

/** Loads every *.so of a folder. Rejects if a required one is not there or refused. */
export function loadPlugins(folder: string, options?: LoadOptions): Promise<Plugins>;
