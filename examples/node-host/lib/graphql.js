// SPDX-License-Identifier: MIT
// The gateway's copy of the package graphql. It must be the same copy, because graphql rejects objects
// that another copy made ("from another module or realm"). Node resolves it relative to this package.
// If npm linked the package to a checkout, that finds the checkout's copy, so the folder of the
// program is tried first.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const MAJORS = [16, 17];

const isLinked = !import.meta.url.includes('/node_modules/');
const program = `${resolve(process.argv[1] ?? '.')}/`; // The slash makes it work for a folder too.

function attempt(from) {
  try {
    return createRequire(from)('graphql');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND') throw error;
    return undefined;
  }
}

function find() {
  const places = isLinked ? [program, import.meta.url] : [import.meta.url];
  for (const place of places) {
    const found = attempt(place);
    if (found) return found;
  }
  throw new Error('gql-plugin-host needs the package graphql, installed in the gateway: npm install graphql@16');
}

export const {
  buildASTSchema, concatAST, defaultFieldResolver, extendSchema, getNamedType, GraphQLError, GraphQLSchema, isAbstractType, isLeafType, isListType,
  isNonNullType, isObjectType, isTypeDefinitionNode, isTypeExtensionNode, Kind, parse, print, printSchema, Source, validateSchema, versionInfo,
} = find();

if (!MAJORS.includes(versionInfo.major)) {
  throw new Error(`gql-plugin-host requires graphql ${MAJORS.join(' or ')} but found version ${versionInfo.major}: npm install graphql@16`);
}

/** Returns the values of an operation's variables by their names. graphql 17 keeps with them where they come from. */
export function variablesOf({ variableValues }) {
  return versionInfo.major >= 17 ? variableValues.coerced : variableValues;
}
