// SPDX-License-Identifier: MIT
// Authenticates a request by the JWT (RFC 7519) in `Authorization: Bearer`, which jose verifies.
import { createLocalJWKSet, jwtVerify } from 'jose';
import { readText } from './read-text.js';
import { Rejected } from './rejected.js';

const ACTIONS = ['READ', 'CREATE', 'UPDATE', 'DELETE'];
const SHORTEST_SECRET = 32; // Bytes: RFC 7518, section 3.2.
const ASYMMETRIC = ['EdDSA', 'ES256', 'ES384', 'PS256', 'RS256'];

/** Rejects a token. */
export class BadToken extends Rejected {
  constructor(message) {
    super(401, 'UNAUTHENTICATED', message, { 'www-authenticate': 'Bearer error="invalid_token"' }); // RFC 6750, section 3
  }
}

const LENIENCIES = {
  anyAudience: 'tokens that are issued for any audience are accepted',
  allowWithoutExpiry: 'tokens that never expire are accepted',
};

const NOBODY = 'authentication: neither jwt nor demo is set: every request is made by nobody, tokens are rejected, and plugins answer UNAUTHENTICATED';

/** Returns a warning for each rule for tokens that the settings switch off, or if there is no way to authenticate. */
export function lenienciesOf({ jwt, demo }) {
  if (!jwt) return demo ? [] : [NOBODY];
  return Object.keys(LENIENCIES).filter((name) => jwt[name]).map((name) => `authentication.jwt.${name}: ${LENIENCIES[name]}`);
}

function readKeySet(file) {
  const text = readText(file, 'authentication.jwt.jwksFile');
  try {
    return createLocalJWKSet(JSON.parse(text));
  } catch (error) {
    throw new Error(`${file}: not a JWK Set of public keys (RFC 7517): ${error.message}`);
  }
}

function readKey({ secretFile, jwksFile }) {
  if (jwksFile) return { key: readKeySet(jwksFile), algorithms: ASYMMETRIC };
  const secret = readText(secretFile, 'authentication.jwt.secretFile').trim();
  if (Buffer.byteLength(secret) < SHORTEST_SECRET) {
    throw new Error(`${secretFile}: a secret for HS256 must have at least ${SHORTEST_SECRET} bytes`);
  }
  return { key: new TextEncoder().encode(secret), algorithms: ['HS256'] };
}

/** Whether a value is a string without lone surrogates, which are not Unicode, and NUL. */
const isText = (value) => typeof value === 'string' && !/[\0\p{Surrogate}]/u.test(value);

function readGrant(grant) {
  const known = Array.isArray(grant?.actions) && grant.actions.every((action) => ACTIONS.includes(action));
  if (!isText(grant?.organizationId) || !known) {
    throw new BadToken('A grant of the token is not of the form {organizationId, actions: [READ, CREATE, UPDATE, DELETE]}');
  }
  return { organizationId: grant.organizationId === '*' ? null : grant.organizationId, actions: grant.actions };
}

const KINDS = /^(user|integration|system):/;

/** Who it is: what the subject begins with; the client itself, if it is the subject (RFC 9068, section 2.2); else a user. */
function kindOf({ sub, client_id: clientId, azp }) {
  return KINDS.exec(sub)?.[1] ?? ([clientId, azp].includes(sub) ? 'integration' : 'user');
}

function actorOf({ sub, exp, grants = [], ...claims }) {
  if (exp === Infinity) throw new BadToken('The token never expires'); // Written as 1e400.
  if (typeof sub !== 'string' || sub === '') throw new BadToken('The token has no subject');
  if (!isText(sub)) throw new BadToken('The subject of the token is not text');
  if (!Array.isArray(grants)) throw new BadToken('The grants of the token are not an array');
  return { id: sub, kind: kindOf({ sub, ...claims }), grants: grants.map(readGrant) };
}

/**
 * Returns a function that maps the Authorization header to an actor {id, kind, grants}, or to null without a
 * header. With `demo`, a request without a token may do everything.
 */
export function authenticator({ jwt, demo }) {
  const { key, algorithms } = jwt ? readKey(jwt) : {};
  const requiredClaims = jwt?.allowWithoutExpiry ? ['sub'] : ['sub', 'exp'];
  const options = { algorithms, issuer: jwt?.issuer, audience: jwt?.audience, clockTolerance: 5, requiredClaims };
  const anonymous = demo ? { id: 'demo', kind: 'user', grants: [{ organizationId: null, actions: ACTIONS }] } : null;
  return async (header) => {
    if (!header) return anonymous;
    const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header)?.[1];
    if (!token || !key) throw new BadToken(key ? 'The Authorization header holds no bearer JWT' : 'This gateway accepts no tokens');
    try {
      return actorOf((await jwtVerify(token, key, options)).payload);
    } catch (error) {
      throw error instanceof BadToken ? error : new BadToken(`The token is rejected: ${error.message}`);
    }
  };
}
