#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Mercurius starts with the host's schema and is then extended by the plugins; queries that come again are compiled by its JIT.
import { closeAnswered, hostTypeDefs, MOST_TOKENS, runServer } from 'demo-host';
import Fastify from 'fastify';
import mercurius from 'mercurius';

/** A request that is refused has no data: nothing was executed. */
function formatErrors(execution, context) {
  const formatted = mercurius.defaultErrorFormatter(execution, context);
  if (!('data' in execution)) delete formatted.response.data;
  return formatted;
}

/** What was thrown before anything was executed: it is for the client where the client is at fault. */
function refusalOf(error, log) {
  if (error.statusCode < 500) return { status: error.statusCode, errors: error.errors ?? [error] };
  log('error', `request failed: ${error.stack}`);
  return { status: 500, errors: [{ message: 'Internal error', extensions: { code: 'INTERNAL_ERROR' } }] };
}

function sendRefusal(reply, { status, errors }) {
  const shown = errors.map(({ message, locations, extensions: { code } = {} }) => ({ message, locations, extensions: code && { code } }));
  return reply.code(status).send({ errors: shown });
}

await runServer('Serves GraphQL by Mercurius, with its JIT, and the plugins of a folder.', async (host, config, log) => {
  const app = Fastify();
  closeAnswered(app.server);
  app.setErrorHandler((error, request, reply) => sendRefusal(reply, refusalOf(error, log)));
  app.addHook('preValidation', async ({ body, query }) => {
    // The JIT keeps one compiled operation for each text, whichever of its operations is asked for. A comment makes them different texts.
    const asked = body ?? query; // Of a POST, of a GET
    if (typeof asked?.query === 'string' && asked.operationName) asked.query += `\n#${JSON.stringify(asked.operationName)}`;
  });
  await app.register(mercurius, {
    schema: hostTypeDefs,
    resolvers: host.resolvers[0],
    context: (request, reply) => host.contextOf(request.raw, reply.raw),
    jit: 1,
    graphql: { parseOptions: { maxTokens: MOST_TOKENS } },
    errorFormatter: formatErrors,
    errorHandler: false, // It would ask for the context again, and fail again.
  });
  app.graphql.extendSchema(host.plugins.typeDefs);
  app.graphql.defineResolvers(host.plugins.resolvers);
  return { url: await app.listen({ host: config.host, port: config.port }), stop: () => app.close() };
});
