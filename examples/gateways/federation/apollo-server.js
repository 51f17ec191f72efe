// SPDX-License-Identifier: MIT
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { apolloHandler, apolloOptions } from 'demo-host';
import { GraphQLError, getVariableValues } from 'graphql';

const MOST_ERRORS = 50; // Of variables, as in graphql-js' own execution.

/** Apollo Gateway would answer with 500. */
const refuseUnknownOperation = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, request }) {
        if (operation) return;
        const message = request.operationName ? `Unknown operation named "${request.operationName}"` : 'The document must hold one operation, or one must be named';
        throw new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE', http: { status: 400 } } });
      },
    };
  },
};

/** Apollo Gateway would write an error for each wrong value of the variables, however many there are. */
const limitVariableErrors = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, operation, request }) {
        const definitions = operation?.variableDefinitions ?? [];
        const { errors = [] } = getVariableValues(schema, definitions, request.variables ?? {}, { maxErrors: MOST_ERRORS });
        if (errors.length <= MOST_ERRORS) return;
        throw new GraphQLError(errors.at(-1).message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });
      },
    };
  },
};

/** Returns what runServer serves: a gateway or a schema, with Apollo Server. */
export async function apolloOf(served, host, log) {
  const plugins = [ApolloServerPluginLandingPageDisabled(), refuseUnknownOperation, limitVariableErrors];
  const server = new ApolloServer({ ...served, plugins, ...apolloOptions(host, log) });
  await server.start();
  return { handle: apolloHandler(server), close: () => server.stop() };
}
