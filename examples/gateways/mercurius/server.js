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

await runServer('Serves GraphQL by Mercurius, with its JIT, and the plugins of a folder.', async (host, config) => {
  const app = Fastify();
  closeAnswered(app.server);
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
  });
  app.graphql.extendSchema(host.plugins.typeDefs);
  app.graphql.defineResolvers(host.plugins.resolvers);
  return { url: await app.listen({ host: config.host, port: config.port }), stop: () => app.close() };
});
