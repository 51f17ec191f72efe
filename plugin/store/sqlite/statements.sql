-- SPDX-License-Identifier: MIT
-- Every statement of the engine. A connection prepares each of them once, on first use. The line
-- before a statement names it.

-- name: begin_read
BEGIN;

-- Takes the lock of a reader: BEGIN alone takes none.
-- name: lock_read
PRAGMA schema_version;

-- name: get_user_version
PRAGMA user_version;

-- name: begin_write
BEGIN IMMEDIATE;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;

-- name: savepoint
SAVEPOINT mutation;

-- name: release
RELEASE mutation;

-- name: rollback_to
ROLLBACK TO mutation;

-- name: set_journal_mode
PRAGMA journal_mode = WAL;

-- name: get_journal_mode
PRAGMA journal_mode;

-- The integration with this ID, or else its neighbour on one side: see query_integration. The last column
-- is whether the index of IDs, the row and its organization agree.
-- name: get_integration_or_before
SELECT i.id, i.version, i.is_active, i.title, i.credential_ref, o.id, i.id = k.id AND o.id IS NOT NULL
FROM integration AS k LEFT JOIN integration AS i ON i.key = k.key
     LEFT JOIN organization AS o ON o.key = i.organization
WHERE k.id <= ?1 ORDER BY k.id DESC LIMIT 1;

-- name: get_integration_or_after
SELECT i.id, i.version, i.is_active, i.title, i.credential_ref, o.id, i.id = k.id AND o.id IS NOT NULL
FROM integration AS k LEFT JOIN integration AS i ON i.key = k.key
     LEFT JOIN organization AS o ON o.key = i.organization
WHERE k.id >= ?1 ORDER BY k.id LIMIT 1;

-- The organization with this ID, or else its neighbour on one side. The last columns are whether it is
-- that organization, and whether the index of IDs and the organization agree.
-- name: get_organization_or_before
SELECT o.key, o.active, o.inactive, k.id = ?1, o.id = k.id
FROM organization AS k LEFT JOIN organization AS o ON o.key = k.key
WHERE k.id <= ?1 ORDER BY k.id DESC LIMIT 1;

-- name: get_organization_or_after
SELECT o.key, o.active, o.inactive, k.id = ?1, o.id = k.id
FROM organization AS k LEFT JOIN organization AS o ON o.key = k.key
WHERE k.id >= ?1 ORDER BY k.id LIMIT 1;

-- Pages: at most ?4 rows of an organization (?1) from a position on (sort key ?2, ID ?3), some of
-- them with one activity only (?5). The ties, whose titles sort as the position's, and the other
-- rows are two ranges of one index, so that SQLite compares no rows. Without a position, all rows. The
-- last column is whether the index and the row that it leads to agree: a join, since SQLite would take
-- from the index what the index has. A row at the position itself is among the ties: see scan.c.

-- name: all_forward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key
FROM integration AS i INDEXED BY integration_by_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1
ORDER BY i.sort_key, i.id LIMIT ?4;

-- name: all_backward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key
FROM integration AS i INDEXED BY integration_by_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1
ORDER BY i.sort_key DESC, i.id DESC LIMIT ?4;

-- name: activity_all_forward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key AND row.is_active = ?5
FROM integration AS i INDEXED BY integration_by_activity_and_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1 AND i.is_active = ?5
ORDER BY i.sort_key, i.id LIMIT ?4;

-- name: activity_all_backward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key AND row.is_active = ?5
FROM integration AS i INDEXED BY integration_by_activity_and_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1 AND i.is_active = ?5
ORDER BY i.sort_key DESC, i.id DESC LIMIT ?4;

-- name: ties_forward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key
FROM integration AS i INDEXED BY integration_by_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1 AND i.sort_key = ?2 AND i.id >= ?3
ORDER BY i.id LIMIT ?4;

-- name: rows_forward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key
FROM integration AS i INDEXED BY integration_by_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1 AND i.sort_key > ?2
ORDER BY i.sort_key, i.id LIMIT ?4;

-- name: ties_backward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key
FROM integration AS i INDEXED BY integration_by_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1 AND i.sort_key = ?2 AND i.id <= ?3
ORDER BY i.id DESC LIMIT ?4;

-- name: rows_backward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key
FROM integration AS i INDEXED BY integration_by_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1 AND i.sort_key < ?2
ORDER BY i.sort_key DESC, i.id DESC LIMIT ?4;

-- name: activity_ties_forward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key AND row.is_active = ?5
FROM integration AS i INDEXED BY integration_by_activity_and_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1 AND i.is_active = ?5 AND i.sort_key = ?2 AND i.id >= ?3
ORDER BY i.id LIMIT ?4;

-- name: activity_rows_forward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key AND row.is_active = ?5
FROM integration AS i INDEXED BY integration_by_activity_and_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1 AND i.is_active = ?5 AND i.sort_key > ?2
ORDER BY i.sort_key, i.id LIMIT ?4;

-- name: activity_ties_backward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key AND row.is_active = ?5
FROM integration AS i INDEXED BY integration_by_activity_and_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1 AND i.is_active = ?5 AND i.sort_key = ?2 AND i.id <= ?3
ORDER BY i.id DESC LIMIT ?4;

-- name: activity_rows_backward
SELECT row.id, row.version, row.is_active, row.title, row.credential_ref, i.sort_key,
       row.id = i.id AND row.organization = ?1 AND row.sort_key = i.sort_key AND row.is_active = ?5
FROM integration AS i INDEXED BY integration_by_activity_and_title LEFT JOIN integration AS row ON row.key = i.key
WHERE i.organization = ?1 AND i.is_active = ?5 AND i.sort_key < ?2
ORDER BY i.sort_key DESC, i.id DESC LIMIT ?4;

-- name: add_organization
INSERT INTO organization (id) VALUES (?1) RETURNING key;

-- name: insert_integration
INSERT INTO integration (id, organization, version, is_active, title, sort_key, credential_ref)
VALUES (?1, ?2, 1, 1, ?3, ?4, ?5);

-- The highest stored ID below the limit (?1), with whether the index of IDs and its row agree; the highest
-- deleted one: see minting.h.
-- name: get_highest_ids
SELECT * FROM (SELECT k.id, i.id = k.id FROM integration AS k LEFT JOIN integration AS i ON i.key = k.key
               WHERE k.id < ?1 ORDER BY k.id DESC LIMIT 1)
UNION ALL
SELECT value, 1 FROM setting WHERE name = 'highest_deleted';

-- Keeps a deleted ID (?1), unless a higher one below the limit (?2) is stored or kept: see minting.h.
-- name: note_deleted_id
INSERT INTO setting (name, value)
SELECT 'highest_deleted', ?1
WHERE ?1 < ?2 AND NOT EXISTS (SELECT 1 FROM integration WHERE id > ?1 AND id < ?2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > value;

-- name: update_integration
UPDATE integration SET version = version + 1, is_active = ?2, title = ?3, sort_key = ?4, credential_ref = ?5
WHERE id = ?1;

-- name: update_integration_in_place
UPDATE integration SET version = version + 1, is_active = ?2, credential_ref = ?3
WHERE id = ?1;

-- name: delete_integration
DELETE FROM integration WHERE id = ?1;

-- Keeps an integration (?1) that is about to be deleted, at that time (?2).
-- name: keep_deleted
INSERT INTO deleted (organization, id, time, version, is_active, title, credential_ref)
SELECT organization, id, ?2, version, is_active, title, credential_ref FROM integration WHERE id = ?1;

-- Erases what was deleted before that time (?1), at most ?2, the oldest first.
-- name: sweep_deleted
DELETE FROM deleted
WHERE (organization, id) IN (SELECT organization, id FROM deleted WHERE time < ?1 ORDER BY time LIMIT ?2);

-- The head of an organization's trail. The last column is whether it was erased, for who changes something;
-- who only reads may have an older schema.
-- name: get_trail
SELECT key, trail_length, trail_hash, 0 FROM organization WHERE id = ?1;

-- name: get_trail_to_append
SELECT key, trail_length, trail_hash, erased IS NOT NULL FROM organization WHERE id = ?1;

-- name: put_trail
UPDATE organization SET trail_length = ?2, trail_hash = ?3 WHERE key = ?1;

-- name: add_event
INSERT INTO event (organization, sequence, entity, salt, digest, hash, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- Events of an organization (?1) after one (?2) and before one (?5), at most ?3; of all, or of one integration (?4).

-- name: get_events
SELECT sequence, entity, salt, digest, hash, body FROM event
WHERE organization = ?1 AND sequence > ?2 AND sequence < ?5 ORDER BY sequence LIMIT ?3;

-- name: get_events_backward
SELECT sequence, entity, salt, digest, hash, body FROM event
WHERE organization = ?1 AND sequence > ?2 AND sequence < ?5 ORDER BY sequence DESC LIMIT ?3;

-- name: get_entity_events
SELECT sequence, entity, salt, digest, hash, body FROM event INDEXED BY event_by_entity
WHERE organization = ?1 AND entity = ?4 AND sequence > ?2 AND sequence < ?5 ORDER BY sequence LIMIT ?3;

-- name: get_entity_events_backward
SELECT sequence, entity, salt, digest, hash, body FROM event INDEXED BY event_by_entity
WHERE organization = ?1 AND entity = ?4 AND sequence > ?2 AND sequence < ?5 ORDER BY sequence DESC LIMIT ?3;

-- Consumers (consumer.h): a row of one (?2), or nulls, beside the trail of an organization (?1).
-- name: get_consumer
SELECT o.key, o.trail_length, max(coalesce(c.position, 0), o.checkpoint_length), c.lease, c.lease_until
FROM organization AS o LEFT JOIN consumer AS c ON c.organization = o.key AND c.name = ?2
WHERE o.id = ?1 AND o.erased IS NULL;

-- name: put_consumer
INSERT INTO consumer (organization, name, position, lease, lease_until) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (organization, name)
DO UPDATE SET position = excluded.position, lease = excluded.lease, lease_until = excluded.lease_until;

-- The next ?3 organizations behind a key (?2), each with whether there are events for a consumer (?1).
-- name: survey_organizations
SELECT o.key, o.id, o.trail_length > max(coalesce(c.position, 0), o.checkpoint_length) AND o.erased IS NULL
FROM organization AS o LEFT JOIN consumer AS c ON c.organization = o.key AND c.name = ?1
WHERE o.key > ?2 ORDER BY o.key LIMIT ?3;

-- For tools: the consumers of an organization (?1).
-- name: scan_consumers_of
SELECT c.name, c.position, o.trail_length, c.lease, c.lease_until
FROM organization AS o JOIN consumer AS c ON c.organization = o.key
WHERE o.id = ?1 ORDER BY c.name;

-- The lease of a consumer (?1) that ends last, of those that end after ?3 and until ?4; of an organization (?2), or
-- of all.
-- name: find_consumer_lease
SELECT o.id, c.lease_until, c.lease FROM consumer AS c JOIN organization AS o ON o.key = c.organization
WHERE c.name = ?1 AND (?2 IS NULL OR o.id = ?2) AND c.lease IS NOT NULL AND c.lease_until > ?3 AND c.lease_until <= ?4
ORDER BY c.lease_until DESC LIMIT 1;

-- name: import_consumer
INSERT INTO consumer (organization, name, position) VALUES (?1, ?2, ?3)
ON CONFLICT (organization, name) DO UPDATE SET position = max(position, excluded.position);

-- name: drop_consumer
DELETE FROM consumer
WHERE name = ?1 AND (?2 IS NULL OR organization = (SELECT key FROM organization WHERE id = ?2));

-- The key (?2) of a create of an organization (?1).
-- name: find_idempotent_create
SELECT input, entity, created FROM idempotent_create WHERE organization = ?1 AND scope = ?2;

-- In place of one that has expired.
-- name: add_idempotent_create
INSERT INTO idempotent_create (organization, scope, input, entity, created) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (organization, scope) DO UPDATE
SET input = excluded.input, entity = excluded.entity, created = excluded.created;

-- At most ?2 of those that are not younger than ?1.
-- name: sweep_idempotent_creates
DELETE FROM idempotent_create WHERE (organization, scope) IN
    (SELECT organization, scope FROM idempotent_create INDEXED BY idempotent_create_by_time
     WHERE created <= ?1 ORDER BY created LIMIT ?2);

-- The first organization with a key in a range (?1 exclusive, ?2) whose trail begins with an event of before a
-- time (?3), or null; the highest key of all. What does not say when it was is never old.
-- name: find_old_trail
SELECT (SELECT o.key FROM organization AS o
        WHERE o.key > ?1 AND o.key <= ?2 AND o.erased IS NULL AND
              (SELECT CASE WHEN body IS NULL THEN '' WHEN json_valid(body) THEN json_extract(body, '$.time') END
               FROM event WHERE organization = o.key ORDER BY sequence LIMIT 1) < ?3
        ORDER BY o.key LIMIT 1),
       (SELECT coalesce(max(key), 0) FROM organization);

-- The first events (at most ?3) of an organization (?1), each with whether it is of before a time (?2).
-- name: get_first_events
SELECT sequence, hash,
       CASE WHEN body IS NULL THEN '' WHEN json_valid(body) THEN json_extract(body, '$.time') END < ?2
FROM event WHERE organization = ?1 ORDER BY sequence LIMIT ?3;

-- name: remove_events
DELETE FROM event WHERE organization = ?1 AND sequence <= ?2;

-- name: get_checkpoint
SELECT checkpoint_length, checkpoint_hash, checkpoint_time FROM organization WHERE id = ?1;

-- name: put_checkpoint
UPDATE organization SET checkpoint_length = ?2, checkpoint_hash = ?3, checkpoint_time = ?4 WHERE key = ?1;

-- The next ?2 integrations behind a key (?1), for the inventory.
-- name: scan_tokens
SELECT i.key, o.id, i.credential_ref FROM integration AS i LEFT JOIN organization AS o ON o.key = i.organization
WHERE i.key > ?1 ORDER BY i.key LIMIT ?2;

-- name: get_setting
SELECT value FROM setting WHERE name = ?1;

-- name: put_setting
INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- The mark (mark.c): ?1, the former mark, ?1. What has another size is of an older version.
-- name: advance_mark
INSERT INTO setting (name, value) VALUES ('mark', CAST(?1 || x'0000000000000000' || ?1 AS BLOB))
ON CONFLICT (name) DO UPDATE SET value = CAST(
    ?1 || CASE length(value) WHEN 24 THEN substr(value, 1, 8) ELSE x'0000000000000000' END || ?1 AS BLOB);

-- Indexes that SQLite makes itself have no SQL.
-- name: list_schema_objects
SELECT type, name, sql FROM sqlite_schema WHERE type <> 'table' AND sql IS NOT NULL;

-- The check of a database that was not closed (check.h). The first row of each is "ok", or damage.

-- name: check_settings
PRAGMA quick_check(setting);

-- name: check_organizations
PRAGMA quick_check(organization);

-- name: check_integrations
PRAGMA quick_check(integration);

-- Pages find rows by the title indexes, operations by the index of IDs. The counters are compared
-- with the former: here the table and the latter.
-- name: check_integration_rows
SELECT CASE WHEN rows = counted AND ids = counted THEN 'ok'
            ELSE printf('%d integrations, %d IDs and %d counted', rows, ids, counted) END
FROM (SELECT (SELECT count(*) FROM integration NOT INDEXED) AS rows,
             (SELECT count(*) FROM integration INDEXED BY sqlite_autoindex_integration_1) AS ids,
             (SELECT coalesce(sum(active + inactive), 0) FROM organization) AS counted);

-- name: check_events
PRAGMA quick_check(event);

-- name: check_event_rows
SELECT CASE WHEN rows = indexed THEN 'ok' ELSE printf('%d events and %d in their index', rows, indexed) END
FROM (SELECT (SELECT count(*) FROM event NOT INDEXED) AS rows,
             (SELECT count(*) FROM event INDEXED BY event_by_entity) AS indexed);

-- name: check_deleted
PRAGMA quick_check(deleted);

-- An ID is that of an integration, or of a deleted one.
-- name: check_deleted_rows
SELECT CASE WHEN rows <> indexed THEN printf('%d deleted integrations and %d in their index', rows, indexed)
            WHEN twice > 0 THEN printf('%d integrations are also among the deleted ones', twice)
            ELSE 'ok' END
FROM (SELECT (SELECT count(*) FROM deleted NOT INDEXED) AS rows,
             (SELECT count(*) FROM deleted INDEXED BY deleted_by_time) AS indexed,
             (SELECT count(*) FROM deleted AS d JOIN integration AS i ON i.id = d.id) AS twice);

-- name: check_idempotent_creates
PRAGMA quick_check(idempotent_create);

-- name: check_organization_rows
SELECT CASE WHEN rows = ids THEN 'ok' ELSE printf('%d organizations and %d IDs of them', rows, ids) END
FROM (SELECT (SELECT count(*) FROM organization NOT INDEXED) AS rows,
             (SELECT count(*) FROM organization INDEXED BY sqlite_autoindex_organization_1) AS ids);

-- name: check_counters
SELECT CASE count(*) WHEN 0 THEN 'ok'
                     ELSE printf('counters of %d organizations differ from their rows', count(*)) END
FROM organization AS o
WHERE active <> (SELECT count(*) FROM integration INDEXED BY integration_by_activity_and_title
                 WHERE organization = o.key AND is_active = 1)
   OR inactive <> (SELECT count(*) FROM integration INDEXED BY integration_by_activity_and_title
                   WHERE organization = o.key AND is_active = 0)
   OR active + inactive <> (SELECT count(*) FROM integration INDEXED BY integration_by_title
                            WHERE organization = o.key);

-- Whose the integrations are, the deleted ones, too: see ownership.h.
-- name: scan_owners
SELECT i.id, o.id FROM integration AS i LEFT JOIN organization AS o ON o.key = i.organization
UNION ALL
SELECT d.id, o.id FROM deleted AS d LEFT JOIN organization AS o ON o.key = d.organization;

-- For tools (maintenance/).

-- name: check_integrity
PRAGMA integrity_check;

-- name: check_foreign_keys
SELECT count(*) FROM pragma_foreign_key_check;

-- Rows in steps by their keys (?1): the columns of a row of integrations, then those that only tools read.
-- name: scan_rows
SELECT i.id, i.version, i.is_active, i.title, i.credential_ref, i.sort_key, i.key, o.id
FROM integration AS i LEFT JOIN organization AS o ON o.key = i.organization
WHERE i.key > ?1 ORDER BY i.key LIMIT ?2;

-- Those of an organization (?1), all at once.
-- name: scan_rows_of
SELECT i.id, i.version, i.is_active, i.title, i.credential_ref, i.sort_key, i.key, o.id
FROM organization AS o JOIN integration AS i INDEXED BY integration_by_title ON i.organization = o.key
WHERE o.id = ?1 ORDER BY i.id;

-- For imports: the integration with this ID (?1); one with all that it had.
-- name: find_row
SELECT i.id, i.version, i.is_active, i.title, i.credential_ref, i.sort_key, i.key, o.id
FROM integration AS i LEFT JOIN organization AS o ON o.key = i.organization
WHERE i.id = ?1;

-- Deleted integrations: the columns of a row of integrations, then those that only tools read. Those of an
-- organization (?1); the one with an ID (?1); that of an organization (?2), to be removed.
-- name: scan_deleted_of
SELECT d.id, d.version, d.is_active, d.title, d.credential_ref, d.time, o.id
FROM organization AS o JOIN deleted AS d ON d.organization = o.key
WHERE o.id = ?1 ORDER BY d.id;

-- name: find_deleted
SELECT d.id, d.version, d.is_active, d.title, d.credential_ref, d.time, o.id
FROM organization AS o CROSS JOIN deleted AS d ON d.organization = o.key AND d.id = ?1;

-- name: import_deleted
INSERT INTO deleted (organization, id, time, version, is_active, title, credential_ref)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: drop_deleted
DELETE FROM deleted WHERE id = ?1 AND organization = (SELECT key FROM organization WHERE id = ?2);

-- Whether any organization has an event of it (?1).
-- name: find_entity
SELECT 1 FROM organization AS o CROSS JOIN event AS e INDEXED BY event_by_entity
     ON e.organization = o.key AND e.entity = ?1 LIMIT 1;

-- name: import_integration
INSERT INTO integration (id, organization, version, is_active, title, sort_key, credential_ref)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: list_organizations
SELECT id, active, inactive FROM organization ORDER BY id;

-- name: next_organization
SELECT id, key FROM organization WHERE key > ?1 ORDER BY key LIMIT 1;

-- name: get_sizes
SELECT page_size, page_count, freelist_count FROM pragma_page_size, pragma_page_count, pragma_freelist_count;

-- For erasing an organization (maintenance/erasure.h).

-- name: get_tombstone
SELECT key, erased, active + inactive + trail_length FROM organization WHERE id = ?1;

-- name: put_tombstone
UPDATE organization SET erased = ?2 WHERE key = ?1;

-- name: get_highest_id_of
SELECT max(id) FROM integration WHERE organization = ?1;

-- Each table with rows of organizations, and what deletes some (?2) of one (?1). Events stay.
-- name: list_deletions
SELECT name, printf('DELETE FROM "%w" WHERE (%s) IN (SELECT %s FROM "%w" WHERE organization = ?1 LIMIT ?2)',
                    name, keys, keys, name)
FROM (SELECT t.name AS name,
             coalesce((SELECT group_concat(printf('"%w"', c.name)) FROM pragma_table_info(t.name) AS c
                       WHERE c.pk > 0), 'rowid') AS keys
      FROM sqlite_schema AS t
      WHERE t.type = 'table' AND t.name <> 'event'
        AND EXISTS (SELECT 1 FROM pragma_table_info(t.name) AS c WHERE c.name = 'organization'));

-- name: erase_bodies
UPDATE event SET body = NULL, salt = NULL
WHERE organization = ?1
  AND sequence IN (SELECT sequence FROM event
                   WHERE organization = ?1 AND sequence > ?3 AND (body IS NOT NULL OR salt IS NOT NULL)
                   ORDER BY sequence LIMIT ?2)
RETURNING sequence;

-- For rebuilding the sort keys, in steps by the rows' keys.

-- name: scan_titles
SELECT key, title FROM integration WHERE key > ?1 ORDER BY key LIMIT ?2;

-- name: put_sort_key
UPDATE integration SET sort_key = ?2 WHERE key = ?1 AND sort_key IS NOT ?2;

-- name: rebuild_indexes
REINDEX;

-- name: count_integrations
SELECT coalesce(sum(active + inactive), 0) FROM organization;
