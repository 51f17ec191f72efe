// SPDX-License-Identifier: MIT
// The peer in JavaScript on PostgreSQL: as peer.mjs, with pg, a pool and prepared statements. As there, a
// create is one row in a transaction of its own, without an audit trail.
import { createRequire } from 'node:module';
import { bytesOf, checkTitle, createdOf, errorOf, newId, pageOf, placeOf, sortKeyOf, toIntegration, tokenChecker } from './peer-common.mjs';

const { Pool } = createRequire(import.meta.url)('pg');
const CONNECTIONS = 8; // As database.connections.

/** The upper 8 bits of the tag are in bits 67 to 74 of an ID, the lower 16 in the last ones. */
function tagOf(id) {
  return ((((id.readUInt16BE(8) >> 5) & 0xff) << 16) | id.readUInt16BE(14)) >>> 0;
}

let minted = 0;
/** The tag leaves few random bits, so a counter takes the place of some, as in the plugin's IDs. */
function tagged(id, tag) {
  id.writeUInt16BE(0x8000 | (minted++ & 0xfff), 6);
  id.writeUInt16BE((id.readUInt16BE(8) & ~0x1fe0) | ((tag >> 16) << 5), 8);
  id.writeUInt16BE(tag & 0xffff, 14);
  return id;
}

function toRow(row) {
  return { ...row, title: row.title.toString(), credential_ref: row.credential_ref?.toString() ?? null, organization_id: row.organization?.toString() };
}

/** Returns the resolvers, and a function that closes the pool. */
export function postgresResolvers(url, keyring) {
  const pool = new Pool({ connectionString: url, max: CONNECTIONS });
  const run = async (name, text, values) => (await pool.query({ name, text, values })).rows;
  const get = (id) => run('get', `SELECT id, organization, version, is_active, title, credential_ref FROM integration
    WHERE tag = $1 AND id = $2`, [tagOf(id), id]);
  const page = (tag, organization, key, id, limit) => run('page', `SELECT id, version, is_active, title, credential_ref, sort_key
    FROM integration WHERE tag = $1 AND organization = $2 AND (sort_key, id) > ($3, $4) ORDER BY sort_key, id LIMIT $5`,
  [tag, organization, key, id, limit]);
  const count = (tag, organization) => run('count', 'SELECT active + inactive AS count FROM organization WHERE tag = $1 AND id = $2',
    [tag, organization]);
  const insert = (...values) => run('insert', `INSERT INTO integration (tag, id, organization, version, is_active, title, sort_key, credential_ref)
    VALUES ($1, $2, $3, 1, true, $4, $5, $6)`, values);

  const tags = new Map(); // Of organizations: never change.
  const tagFor = async (organizationId) => {
    if (!tags.has(organizationId)) {
      const [row] = await run('tag', 'SELECT tag FROM organization WHERE id = $1', [Buffer.from(organizationId)]);
      if (!row) throw errorOf('NOT_FOUND', 'There is no such organization');
      tags.set(organizationId, row.tag);
    }
    return tags.get(organizationId);
  };

  const checkToken = tokenChecker(keyring);
  const resolvers = {
    Query: {
      integration: async (source, { id }) => {
        const [row] = await get(bytesOf(id));
        if (!row) throw errorOf('NOT_FOUND', 'There is no such integration');
        return toIntegration(toRow(row));
      },
      integrations: async (source, { organizationId, first = 20, after }) => {
        const tag = await tagFor(organizationId);
        const organization = Buffer.from(organizationId);
        const [rows, [owner]] = await Promise.all([page(tag, organization, ...placeOf(after), first + 1), count(tag, organization)]);
        return pageOf({ organizationId, first, after }, rows.map(toRow), Number(owner.count));
      },
    },
    Mutation: {
      integrationCreate: async (source, { input }) => {
        const title = checkTitle(input.title);
        if (input.credentialRef) await checkToken(input.credentialRef, input.organizationId);
        const tag = await tagFor(input.organizationId);
        const id = tagged(newId(), tag);
        await insert(tag, id, Buffer.from(input.organizationId), Buffer.from(title), sortKeyOf(title),
          input.credentialRef ? Buffer.from(input.credentialRef) : null);
        return createdOf(id, title, input);
      },
    },
  };
  return { resolvers, close: () => pool.end() };
}
