#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Mercurius starts with the host's schema; the plugins then extend it. Its JIT compiles repeated queries.
import { LEAST_CACHED, MOST_CACHED, MOST_TOKENS, runServer, shortError } from 'demo-host';
import Fastify from 'fastify';
import { getOperationAST, parse } from 'graphql';
import mercurius from 'mercurius';

const COMPILED = 24; // A field that the JIT has compiled takes as much memory as so many characters of a parsed document.

/** A response without `data` is of a request that was not executed. */
function formatErrors(execution, context) {
  const formatted = mercurius.defaultErrorFormatter(execution, context);
  if (!('data' in execution)) formatted.response = { errors: formatted.response.errors.map(shortError) };
  return formatted;
}

/** Maps an exception thrown before execution. The client sees its message only if the status is below 500. */
function rejectionOf(error, log) {
  if (error.statusCode < 500) return { status: error.statusCode, errors: error.errors ?? [error] };
  log('error', `request failed: ${error.stack}`);
  return { status: 500, errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL_ERROR' } }] };
}

function sendRejection(reply, { status, errors }) {
  const shown = errors.map(({ message, locations, extensions: { code } = {} }) => shortError({ message, locations, extensions: code && { code } }));
  return reply.code(status).send({ errors: shown });
}

/** The JIT caches one compiled operation per text, whichever operation is named. A comment with the name makes the texts differ. */
async function nameOperation({ body, query }) {
  const asked = body ?? query; // POST or GET
  if (asked.operationName) asked.query += `\n#${JSON.stringify(asked.operationName)}`;
}

/**
 * Mercurius limits its caches by the number of documents only. Replacing the schema empties them, so
 * that is done before they hold too much. The JIT compiles each document with its fragments expanded.
 */
function boundCaches({ graphql }, plugins) {
  let size = 0;
  graphql.addHook('preValidation', async (schema, document) => { // Not called for a document that is cached.
    const fields = plugins.countFields(document);
    const more = LEAST_CACHED + document.loc.source.body.length + (Number.isFinite(fields) ? fields * COMPILED : 0);
    if (size + more > MOST_CACHED) {
      graphql.replaceSchema(schema);
      size = 0;
    }
    size += more;
  });
}

/** Mercurius also takes a document that is parsed and written as JSON, which would go round the limit of tokens, and fails at other JSON. */
const JSON_TEXT = /^\s*(?:\{\s*["}]|["[\d-]|(?:true|false|null)\s*$)/;

async function refuseJson(schema, source) {
  if (JSON_TEXT.test(source)) throw new mercurius.ErrorWithProps('The query is JSON instead of GraphQL', { code: 'BAD_REQUEST' }, 400);
}

/** Mercurius would throw a TypeError if a GET names no operation of its document. */
async function refuseUnknownOperation(schema, source, { reply }) {
  const { method, query } = reply.request;
  if (method !== 'GET' || getOperationAST(parse(source, { maxTokens: MOST_TOKENS }), query.operationName)) return;
  throw new mercurius.ErrorWithProps('The operation is not named, or not in the document', { code: 'BAD_REQUEST' }, 400);
}

await runServer('Serves GraphQL with Mercurius, its JIT and the plugins of a folder.', async (host, config, log) => {
  const app = Fastify();
  app.setErrorHandler((error, request, reply) => sendRejection(reply, rejectionOf(error, log)));
  app.addContentTypeParser('application/json', async ({ raw }) => raw.body); // The server has read it.
  app.addHook('preValidation', nameOperation);
  app.addHook('onRoute', ({ schema }) => {
    // Mercurius' schema of a response would write an index in the path of an error as text, although it
    // must be a number (GraphQL specification, section 7.1.2).
    if (schema) delete schema.response;
  });
  const contexts = new WeakMap();
  await app.register(mercurius, {
    schema: host.typeDefs[0],
    resolvers: host.resolvers[0],
    context: ({ raw }) => contexts.get(raw),
    jit: 1,
    graphql: { parseOptions: { maxTokens: MOST_TOKENS } },
    validationRules: [host.plugins.validationRule],
    errorFormatter: formatErrors,
    errorHandler: false, // Mercurius' own would create the context again, and fail again.
  });
  app.graphql.extendSchema(host.plugins.typeDefs);
  app.graphql.defineResolvers(host.plugins.resolvers);
  app.graphql.addHook('preParsing', refuseJson);
  app.graphql.addHook('preParsing', refuseUnknownOperation);
  boundCaches(app, host.plugins);
  await app.ready();
  const handle = async (req, res, context) => {
    contexts.set(req, context);
    app.routing(req, res);
  };
  return { handle, close: () => app.close() };
});
