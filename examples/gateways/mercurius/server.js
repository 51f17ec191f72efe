#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Mercurius starts with the host's schema; the plugins then extend it. Its JIT compiles repeated queries.
import { closeAnswered, hostTypeDefs, MOST_TOKENS, runServer } from 'demo-host';
import Fastify from 'fastify';
import mercurius from 'mercurius';

/** The response of a rejected request must not have `data`, because nothing was executed. */
function formatErrors(execution, context) {
  const formatted = mercurius.defaultErrorFormatter(execution, context);
  if (!('data' in execution)) delete formatted.response.data;
  return formatted;
}

/** Maps an exception thrown before execution. The client sees its message only if the status is below 500. */
function rejectionOf(error, log) {
  if (error.statusCode < 500) return { status: error.statusCode, errors: error.errors ?? [error] };
  log('error', `request failed: ${error.stack}`);
  return { status: 500, errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL_ERROR' } }] };
}

function sendRejection(reply, { status, errors }) {
  const shown = errors.map(({ message, locations, extensions: { code } = {} }) => ({ message, locations, extensions: code && { code } }));
  return reply.code(status).send({ errors: shown });
}

await runServer('Serves GraphQL with Mercurius, its JIT and the plugins of a folder.', async (host, config, log) => {
  const app = Fastify();
  closeAnswered(app.server);
  app.setErrorHandler((error, request, reply) => sendRejection(reply, rejectionOf(error, log)));
  app.addHook('preValidation', async ({ body, query }) => {
    // The JIT caches one compiled operation per text, whichever operation is named. A comment with the
    // name makes the texts differ.
    const asked = body ?? query; // POST or GET
    if (typeof asked?.query === 'string' && asked.operationName) asked.query += `\n#${JSON.stringify(asked.operationName)}`;
  });
  app.addHook('onRoute', ({ schema }) => {
    // Mercurius' schema of a response would write an index in the path of an error as text, although it
    // must be a number (GraphQL specification, section 7.1.2).
    if (schema) delete schema.response;
  });
  await app.register(mercurius, {
    schema: hostTypeDefs,
    resolvers: host.resolvers[0],
    context: (request, reply) => host.contextOf(request.raw, reply.raw),
    jit: 1,
    graphql: { parseOptions: { maxTokens: MOST_TOKENS } },
    validationRules: [host.plugins.validationRule],
    errorFormatter: formatErrors,
    errorHandler: false, // Mercurius' own would create the context again, and fail again.
  });
  app.graphql.extendSchema(host.plugins.typeDefs);
  app.graphql.defineResolvers(host.plugins.resolvers);
  return { url: await app.listen({ host: config.host, port: config.port }), stop: () => app.close() };
});
