// SPDX-License-Identifier: MIT
// Apollo Server behind the server of http-server.js.
import { documentCache, MOST_TOKENS, shortError } from './limits.js';
import { loggerOf } from './log.js';

/** Apollo Server gives the errors of its validation a code of its own, also if the rule gave one. */
function formatError(formatted, { originalError }) {
  const code = originalError?.extensions?.code ?? formatted.extensions?.code;
  return shortError({ ...formatted, extensions: { ...formatted.extensions, code } });
}

/** Returns the options that the examples have in common. */
export function apolloOptions({ plugins }, log) {
  return {
    introspection: true,
    parseOptions: { maxTokens: MOST_TOKENS },
    documentStore: documentCache(),
    persistedQueries: false,
    validationRules: [plugins.validationRule],
    formatError,
    logger: loggerOf(log),
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false, // runServer stops the server and then closes the plugins.
  };
}

function requestOf({ method, headers, url, body }) {
  const list = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return { method, headers: new Map(list), search: new URL(url, 'http://localhost').search, body };
}

/** Returns a handler for serveHttp. */
export function apolloHandler(server) {
  return async (req, res, context) => {
    const { status = 200, headers, body } = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: requestOf(req),
      context: async () => context,
    });
    res.writeHead(status, Object.fromEntries(headers)).end(body.string);
  };
}
