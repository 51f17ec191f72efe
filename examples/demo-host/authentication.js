// SPDX-License-Identifier: MIT
// Who asks, and what they may do: a JWT (RFC 7519) in `Authorization: Bearer`, checked by jose.
import { readFileSync } from 'node:fs';
import { GraphQLError } from 'graphql';
import { createLocalJWKSet, jwtVerify } from 'jose';

const ACTIONS = ['READ', 'CREATE', 'UPDATE', 'DELETE'];
const SHORTEST_SECRET = 32; // Bytes: RFC 7518, section 3.2.
const ASYMMETRIC = ['EdDSA', 'ES256', 'ES384', 'PS256', 'RS256'];

/** A request that gets an HTTP status instead of an answer; the message is for the client. Each gateway finds the status in its own place. */
export class Refused extends GraphQLError {
  constructor(status, code, message) {
    super(message, { extensions: { code, http: { status } } }); // GraphQL Yoga, Hive Gateway, Apollo Server
    this.statusCode = status; // Fastify, and so Mercurius
  }
}

/** The token can't be used. */
export class BadToken extends Refused {
  constructor(message) {
    super(401, 'UNAUTHENTICATED', message);
  }
}

function readKeySet(file) {
  const text = readFileSync(file, 'utf8');
  try {
    return createLocalJWKSet(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file}: not a JWK Set of public keys (RFC 7517): ${error.message}`);
  }
}

function readKey({ secretFile, jwksFile }) {
  if (jwksFile) return { key: readKeySet(jwksFile), algorithms: ASYMMETRIC };
  const secret = readFileSync(secretFile, 'utf8').trim();
  if (Buffer.byteLength(secret) < SHORTEST_SECRET) {
    throw new Error(`${secretFile}: a secret for HS256 has at least ${SHORTEST_SECRET} bytes`);
  }
  return { key: new TextEncoder().encode(secret), algorithms: ['HS256'] };
}

function readGrant(grant) {
  const known = Array.isArray(grant?.actions) && grant.actions.every((action) => ACTIONS.includes(action));
  if (typeof grant?.organizationId !== 'string' || !known) {
    throw new BadToken('A grant of the token is not {organizationId, actions: READ, CREATE, UPDATE, DELETE}');
  }
  return { organizationId: grant.organizationId === '*' ? null : grant.organizationId, actions: grant.actions };
}

function actorOf({ sub, grants = [] }) {
  if (typeof sub !== 'string' || sub === '') throw new BadToken('The token has no subject');
  if (!Array.isArray(grants)) throw new BadToken('The grants of the token are not a list');
  return { id: sub, grants: grants.map(readGrant) };
}

/**
 * Makes a function from the Authorization header to an actor {id, grants}, or null where nobody is authenticated. `demo`:
 * who has no token may do everything.
 */
export function authenticator({ jwt, demo }) {
  const { key, algorithms } = jwt ? readKey(jwt) : {};
  const options = { algorithms, issuer: jwt?.issuer, audience: jwt?.audience, clockTolerance: 5, requiredClaims: ['sub'] };
  const anonymous = demo ? { id: 'demo', grants: [{ organizationId: null, actions: ACTIONS }] } : null;
  return async (header) => {
    if (!header) return anonymous;
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header)?.[1];
    if (!token || !key) throw new BadToken(key ? 'The Authorization header holds no bearer JWT' : 'No tokens are taken here');
    try {
      return actorOf((await jwtVerify(token, key, options)).payload);
    } catch (error) {
      throw error instanceof BadToken ? error : new BadToken(`The token is refused: ${error.message}`);
    }
  };
}
