// SPDX-License-Identifier: MIT
// The gateway's copy of the package graphql. It must be the same copy, because graphql rejects objects
// that another copy made ("from another module or realm").
import { findPeer } from './peer.js';

const MAJORS = [16, 17];

function find() {
  const found = findPeer('graphql');
  if (found) return found;
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
