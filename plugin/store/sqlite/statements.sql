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

-- The integration with this ID, or else its neighbour on one side: see query_integration.
-- name: get_integration_or_before
SELECT i.id, i.version, i.is_active, i.title, i.credential_ref, o.id
FROM integration AS i JOIN organization AS o ON o.key = i.organization
WHERE i.key = (SELECT key FROM integration WHERE id <= ?1 ORDER BY id DESC LIMIT 1);

-- name: get_integration_or_after
SELECT i.id, i.version, i.is_active, i.title, i.credential_ref, o.id
FROM integration AS i JOIN organization AS o ON o.key = i.organization
WHERE i.key = (SELECT key FROM integration WHERE id >= ?1 ORDER BY id LIMIT 1);

-- name: get_organization
SELECT key, active, inactive FROM organization WHERE id = ?1;

-- Pages: at most ?4 rows of an organization (?1) that follow a position (sort key ?2, ID ?3), some of
-- them with one activity only (?5). The ties, whose titles sort as the position's, and the other
-- rows are two ranges of one index, so that SQLite compares no rows. Without a position, all rows.

-- name: all_forward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_title
WHERE organization = ?1
ORDER BY sort_key, id LIMIT ?4;

-- name: all_backward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_title
WHERE organization = ?1
ORDER BY sort_key DESC, id DESC LIMIT ?4;

-- name: activity_all_forward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_activity_and_title
WHERE organization = ?1 AND is_active = ?5
ORDER BY sort_key, id LIMIT ?4;

-- name: activity_all_backward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_activity_and_title
WHERE organization = ?1 AND is_active = ?5
ORDER BY sort_key DESC, id DESC LIMIT ?4;

-- name: ties_forward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_title
WHERE organization = ?1 AND sort_key = ?2 AND id > ?3
ORDER BY id LIMIT ?4;

-- name: rows_forward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_title
WHERE organization = ?1 AND sort_key > ?2
ORDER BY sort_key, id LIMIT ?4;

-- name: ties_backward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_title
WHERE organization = ?1 AND sort_key = ?2 AND id < ?3
ORDER BY id DESC LIMIT ?4;

-- name: rows_backward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_title
WHERE organization = ?1 AND sort_key < ?2
ORDER BY sort_key DESC, id DESC LIMIT ?4;

-- name: activity_ties_forward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_activity_and_title
WHERE organization = ?1 AND is_active = ?5 AND sort_key = ?2 AND id > ?3
ORDER BY id LIMIT ?4;

-- name: activity_rows_forward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_activity_and_title
WHERE organization = ?1 AND is_active = ?5 AND sort_key > ?2
ORDER BY sort_key, id LIMIT ?4;

-- name: activity_ties_backward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_activity_and_title
WHERE organization = ?1 AND is_active = ?5 AND sort_key = ?2 AND id < ?3
ORDER BY id DESC LIMIT ?4;

-- name: activity_rows_backward
SELECT id, version, is_active, title, credential_ref, sort_key
FROM integration INDEXED BY integration_by_activity_and_title
WHERE organization = ?1 AND is_active = ?5 AND sort_key < ?2
ORDER BY sort_key DESC, id DESC LIMIT ?4;

-- name: add_organization
INSERT INTO organization (id) VALUES (?1) RETURNING key;

-- name: insert_integration
INSERT INTO integration (id, organization, version, is_active, title, sort_key, credential_ref)
VALUES (?1, ?2, 1, 1, ?3, ?4, ?5)
ON CONFLICT (id) DO NOTHING;

-- name: update_integration
UPDATE integration SET version = version + 1, is_active = ?2, title = ?3, sort_key = ?4, credential_ref = ?5
WHERE id = ?1;

-- name: update_integration_in_place
UPDATE integration SET version = version + 1, is_active = ?2, credential_ref = ?3
WHERE id = ?1;

-- name: delete_integration
DELETE FROM integration WHERE id = ?1;

-- name: get_setting
SELECT value FROM setting WHERE name = ?1;

-- name: put_setting
INSERT INTO setting (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- For rebuilding the sort keys, in steps by the rows' keys.

-- name: scan_titles
SELECT key, title FROM integration WHERE key > ?1 ORDER BY key LIMIT ?2;

-- name: put_sort_key
UPDATE integration SET sort_key = ?2 WHERE key = ?1;
