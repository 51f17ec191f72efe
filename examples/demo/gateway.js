// SPDX-License-Identifier: MIT
// The demo gateway: merges the plugins of a folder into the host's schema and serves it with GraphQL Yoga
// and GraphiQL.
import { readFileSync } from 'node:fs';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { limitDocuments, loggerOf, parserCaches, readText } from 'demo-host';
import { createYoga } from 'graphql-yoga';

const script = readFileSync(new URL('last-integration.js', import.meta.url), 'utf8');
const shown = (object) => object && JSON.stringify(object, null, 2);

/**
 * Returns a function that renders the page with scripts before its own. The first visit finds texts, by the name
 * of the editor, where GraphiQL keeps what a visitor has written: later visits without it would open an empty tab.
 */
function pageWith(texts) {
  const first = JSON.stringify(texts).replaceAll('<', '\\u003c');
  const keep = `if (!localStorage.getItem('graphiql:tabState')) for (const [name, text] of Object.entries(${first})) localStorage.setItem('graphiql:' + name, text);`;
  return (options) => renderGraphiQL(options).replace('<script>', () => `<script>${script}${keep}</script><script>`);
}

/** Returns what runServer serves. */
export function gatewayOf(host, config, log) {
  const { enabled, queryFile, headers, variables } = config.graphiql;
  const defaultQuery = queryFile && readText(queryFile, 'graphiql.queryFile');
  const handle = createYoga({
    schema: host.schema,
    logging: loggerOf(log),
    cors: false,
    multipart: false,
    landingPage: false,
    parserAndValidationCache: parserCaches(),
    plugins: [limitDocuments(host.plugins)],
    renderGraphiQL: pageWith({ query: defaultQuery, variables: shown(variables), headers: shown(headers) }),
    graphiql: enabled && { title: 'Gateway', defaultQuery, headers: shown(headers) },
  });
  return { handle, hasPage: enabled };
}
