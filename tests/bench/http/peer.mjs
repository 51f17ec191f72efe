// SPDX-License-Identifier: MIT
// The peer in JavaScript on SQLite, as a Node engineer would write it today: the same fields with
// better-sqlite3 and node:crypto, on the same tables, with the same durability and the same checks
// of tokens.
import { createRequire } from 'node:module';
import { bytesOf, checkTitle, createdOf, errorOf, newId, pageOf, placeOf, sortKeyOf, toIntegration, tokenChecker } from './peer-common.mjs';

const Database = createRequire(import.meta.url)('better-sqlite3');
const FIELDS = 'id, version, is_active, title, credential_ref';

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
        const row = get.get(bytesOf(id));
        if (!row) throw errorOf('NOT_FOUND', 'There is no such integration');
        return toIntegration(row);
      },
      integrations: (source, { organizationId, first = 20, after }) => {
        const owner = organization.get(organizationId);
        const rows = owner ? page.all(owner.key, ...placeOf(after), first + 1) : [];
        return pageOf({ organizationId, first, after }, rows, owner?.count ?? 0);
      },
    },
    Mutation: {
      integrationCreate: async (source, { input }) => {
        const title = checkTitle(input.title);
        if (input.credentialRef) await checkToken(input.credentialRef, input.organizationId);
        const id = newId();
        insert.run(id, organization.get(input.organizationId).key, title, sortKeyOf(title), input.credentialRef ?? null);
        return createdOf(id, title, input);
      },
    },
  };
  return { resolvers, close: () => database.close() };
}
