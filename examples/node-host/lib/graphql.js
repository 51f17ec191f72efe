// SPDX-License-Identifier: MIT
// The gateway's copy of graphql: objects of another would be refused ("from another module or realm"). Node looks for it beside this
// package. Where npm made a link to a checkout, that is the wrong place: there it is looked for beside the program first.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const isLinked = !import.meta.url.includes('/node_modules/');
const program = `${resolve(process.argv[1] ?? '.')}/`; // As a folder, which it may be.

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
  throw new Error('gql-plugin-host needs the package graphql in the gateway: npm install graphql@16');
}

export const {
  buildASTSchema, concatAST, extendSchema, GraphQLError, GraphQLSchema, isAbstractType, Kind, parse, print, printSchema, validateSchema, versionInfo,
} = find();

if (versionInfo.major !== 16) throw new Error(`gql-plugin-host works with graphql 16, not ${versionInfo.major}: npm install graphql@16`);
