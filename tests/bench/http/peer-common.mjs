// SPDX-License-Identifier: MIT
// What the peers in JavaScript have in common: tokens, IDs, and the shape of answers.
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { GraphQLError } from 'graphql';
import { encode } from './vault.mjs';

const HEADER = Buffer.from('v4.public.');
const LEEWAY = 60_000;

export function errorOf(code, message, more = {}) {
  return new GraphQLError(message, { extensions: { code, ...more } });
}

function keyOf(file) {
  const { keys } = JSON.parse(readFileSync(file, 'utf8'));
  const x = keys.find((key) => key.state === 'active').paserk.slice('k4.public.'.length);
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/**
 * Checks a token (PASETO v4.public). libuv's thread pool verifies the signature, so that the event
 * loop stays free.
 */
export function tokenChecker(keyring) {
  const key = keyOf(keyring);
  return async (token, organizationId) => {
    const [version, purpose, body, footer = ''] = token.split('.');
    if (version !== 'v4' || purpose !== 'public') throw errorOf('VALIDATION_ERROR', 'unsupported_version');
    const bytes = Buffer.from(body, 'base64url');
    const message = bytes.subarray(0, -64);
    const signed = encode(HEADER, message, Buffer.from(footer, 'base64url'), Buffer.alloc(0));
    const good = await new Promise((resolve, reject) => {
      verify(null, signed, key, bytes.subarray(-64), (error, result) => (error ? reject(error) : resolve(result)));
    });
    if (!good) throw errorOf('VALIDATION_ERROR', 'bad_signature');
    const claims = JSON.parse(message);
    if (claims.aud !== organizationId) throw errorOf('VALIDATION_ERROR', 'wrong_organization');
    if (claims.exp && Date.parse(claims.exp) <= Date.now() - LEEWAY) throw errorOf('VALIDATION_ERROR', 'expired');
    if (claims.nbf && Date.parse(claims.nbf) > Date.now() + LEEWAY) throw errorOf('VALIDATION_ERROR', 'not_yet_valid');
  };
}

export function toUuid(bytes) {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

export function newId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  bytes.write('INTG', 10);
  return bytes;
}

export function toIntegration(row, organizationId) {
  return {
    id: toUuid(row.id), version: row.version, title: row.title, isActive: Boolean(row.is_active), credentialRef: row.credential_ref,
    organization: { id: organizationId ?? row.organization_id },
  };
}

export function bytesOf(id) {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

/** The sort key and the ID that a page begins behind. */
export function placeOf(after) {
  if (!after) return [Buffer.alloc(0), Buffer.alloc(0)];
  return JSON.parse(Buffer.from(after, 'base64url')).map((text) => Buffer.from(text, 'hex'));
}

function cursorOf(row) {
  return Buffer.from(JSON.stringify([row.sort_key.toString('hex'), row.id.toString('hex')])).toString('base64url');
}

/** `rows`: one more than `first`, if there are that many. */
export function pageOf({ organizationId, first, after }, rows, count) {
  const shown = rows.slice(0, first);
  return {
    nodes: shown.map((row) => toIntegration(row, organizationId)),
    pageInfo: { hasNextPage: rows.length > first, hasPreviousPage: after != null, endCursor: shown.length > 0 ? cursorOf(shown.at(-1)) : null },
    total: { count, precision: 'EXACT' },
  };
}

export function checkTitle(text) {
  const title = text.trim();
  if (title === '' || [...title].length > 255 || /\p{Cc}/u.test(title)) throw errorOf('VALIDATION_ERROR', 'title');
  return title;
}

export function sortKeyOf(title) {
  return Buffer.from(title.normalize('NFKD').toLowerCase());
}

export function createdOf(id, title, input) {
  return { integration: { id: toUuid(id), version: 1, title, isActive: true, credentialRef: input.credentialRef, organization: { id: input.organizationId } } };
}
