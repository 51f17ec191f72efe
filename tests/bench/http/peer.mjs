// SPDX-License-Identifier: MIT
// The peer in JavaScript, as a Node engineer would write it today: the same fields with
// better-sqlite3 and node:crypto, on the same tables, with the same durability and the same checks
// of tokens.
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { GraphQLError } from 'graphql';
import { encode } from './vault.mjs';

const Database = createRequire(import.meta.url)('better-sqlite3');
const HEADER = Buffer.from('v4.public.');
const LEEWAY = 60_000;
const FIELDS = 'id, version, is_active, title, credential_ref';

function errorOf(code, message, more = {}) {
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
function tokenChecker(keyring) {
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

function toUuid(bytes) {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function newId() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x80;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  bytes.write('INTG', 10);
  return bytes;
}

function toIntegration(row, organizationId) {
  return {
    id: toUuid(row.id), version: row.version, title: row.title, isActive: row.is_active === 1, credentialRef: row.credential_ref,
    organization: { id: organizationId ?? row.organization_id },
  };
}

/** Returns the resolvers, and a function that closes the database. */
export function peerResolvers(path, keyring) {
  const database = new Database(path);
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'cache_size = -65536', 'mmap_size = 2147483648']) database.pragma(pragma);
  const get = database.prepare(`SELECT ${FIELDS.replace(/\w+/g, (name) => `i.${name}`)}, o.id AS organization_id FROM integration AS i
    JOIN organization AS o ON o.key = i.organization WHERE i.id = ?`);
  const organization = database.prepare('SELECT key, active + inactive AS count FROM organization WHERE id = ?');
  const page = database.prepare(`SELECT ${FIELDS}, sort_key FROM integration INDEXED BY integration_by_title
    WHERE organization = ? AND (sort_key, id) > (?, ?) ORDER BY sort_key, id LIMIT ?`);
  const insert = database.prepare(`INSERT INTO integration (id, organization, version, is_active, title, sort_key, credential_ref)
    VALUES (?, ?, 1, 1, ?, ?, ?)`);
  const checkToken = tokenChecker(keyring);
  const resolvers = {
    Query: {
      integration: (source, { id }) => {
        const row = get.get(Buffer.from(id.replaceAll('-', ''), 'hex'));
        if (!row) throw errorOf('NOT_FOUND', 'There is no such integration');
        return toIntegration(row);
      },
      integrations: (source, { organizationId, first = 20, after }) => {
        const owner = organization.get(organizationId);
        const [key, id] = after ? JSON.parse(Buffer.from(after, 'base64url')).map((text) => Buffer.from(text, 'hex')) : [Buffer.alloc(0), Buffer.alloc(0)];
        const rows = owner ? page.all(owner.key, key, id, first + 1) : [];
        const shown = rows.slice(0, first);
        const cursorOf = (row) => Buffer.from(JSON.stringify([row.sort_key.toString('hex'), row.id.toString('hex')])).toString('base64url');
        return {
          nodes: shown.map((row) => toIntegration(row, organizationId)),
          pageInfo: { hasNextPage: rows.length > first, hasPreviousPage: after != null, endCursor: shown.length > 0 ? cursorOf(shown.at(-1)) : null },
          total: { count: owner?.count ?? 0, precision: 'EXACT' },
        };
      },
    },
    Mutation: {
      integrationCreate: async (source, { input }) => {
        const title = input.title.trim();
        if (title === '' || [...title].length > 255 || /\p{Cc}/u.test(title)) throw errorOf('VALIDATION_ERROR', 'title');
        if (input.credentialRef) await checkToken(input.credentialRef, input.organizationId);
        const id = newId();
        insert.run(id, organization.get(input.organizationId).key, title, Buffer.from(title.normalize('NFKD').toLowerCase()), input.credentialRef ?? null);
        return { integration: { id: toUuid(id), version: 1, title, isActive: true, credentialRef: input.credentialRef, organization: { id: input.organizationId } } };
      },
    },
  };
  return { resolvers, close: () => database.close() };
}
