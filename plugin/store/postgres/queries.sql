-- SPDX-License-Identifier: MIT
-- Every statement that reads or writes rows names the organization tag, its first parameter, but for those that only
-- look for rows: find_….

-- name: begin
BEGIN ISOLATION LEVEL READ COMMITTED

-- name: begin_snapshot
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY

-- name: limit_time
SELECT set_config('statement_timeout', $1, true)

-- name: commit
COMMIT

-- name: rollback
ROLLBACK

-- name: get_settings
SELECT name, value FROM setting
UNION ALL SELECT 'synchronous_commit', convert_to(current_setting('synchronous_commit'), 'UTF8')

-- name: get_integrations
SELECT i.id, i.organization, i.version, i.is_active, i.title, i.credential_ref
FROM unnest($1::integer[], $2::bytea[]) AS wanted (tag, id)
JOIN integration AS i ON i.tag = wanted.tag AND i.id = wanted.id

-- The same, each with whether its organization is suspended. With a join, a plan could begin with the organizations,
-- and read all that they have.
-- name: get_integrations_and_suspensions
SELECT i.id, i.organization, i.version, i.is_active, i.title, i.credential_ref,
       (SELECT suspended FROM organization WHERE tag = i.tag AND id = i.organization)
FROM unnest($1::integer[], $2::bytea[]) AS wanted (tag, id)
JOIN integration AS i ON i.tag = wanted.tag AND i.id = wanted.id

-- name: get_organization
SELECT active, inactive, trail_length, trail_hash, checkpoint_length, checkpoint_hash, checkpoint_time, suspended
FROM organization WHERE tag = $1 AND id = $2

-- name: scan_forward
SELECT id, version, is_active, title, credential_ref FROM integration
WHERE tag = $1 AND organization = $2 AND (sort_key, id) > ($3, $4) AND (sort_key, id) < ($5, $6)
ORDER BY sort_key, id LIMIT $7

-- name: scan_backward
SELECT id, version, is_active, title, credential_ref FROM integration
WHERE tag = $1 AND organization = $2 AND (sort_key, id) > ($3, $4) AND (sort_key, id) < ($5, $6)
ORDER BY sort_key DESC, id DESC LIMIT $7

-- name: scan_activity_forward
SELECT id, version, is_active, title, credential_ref FROM integration
WHERE tag = $1 AND organization = $2 AND is_active = $8
      AND (sort_key, id) > ($3, $4) AND (sort_key, id) < ($5, $6)
ORDER BY sort_key, id LIMIT $7

-- name: scan_activity_backward
SELECT id, version, is_active, title, credential_ref FROM integration
WHERE tag = $1 AND organization = $2 AND is_active = $8
      AND (sort_key, id) > ($3, $4) AND (sort_key, id) < ($5, $6)
ORDER BY sort_key DESC, id DESC LIMIT $7

-- name: get_events
SELECT sequence, entity, salt, digest, hash, body FROM event
WHERE tag = $1 AND organization = $2 AND sequence > $3 AND sequence < $4 ORDER BY sequence LIMIT $5

-- name: get_events_backward
SELECT sequence, entity, salt, digest, hash, body FROM event
WHERE tag = $1 AND organization = $2 AND sequence > $3 AND sequence < $4 ORDER BY sequence DESC LIMIT $5

-- name: get_events_of_entity
SELECT sequence, entity, salt, digest, hash, body FROM event
WHERE tag = $1 AND organization = $2 AND entity = $6 AND sequence > $3 AND sequence < $4
ORDER BY sequence LIMIT $5

-- name: get_events_of_entity_backward
SELECT sequence, entity, salt, digest, hash, body FROM event
WHERE tag = $1 AND organization = $2 AND entity = $6 AND sequence > $3 AND sequence < $4
ORDER BY sequence DESC LIMIT $5

-- name: lock_integrations
SELECT id, organization, version, is_active, title, credential_ref FROM integration
WHERE tag = $1 AND id = ANY ($2::bytea[]) ORDER BY id FOR UPDATE

-- name: add_organizations
INSERT INTO organization (tag, id) SELECT $1, id FROM unnest($2::bytea[]) AS new (id) ORDER BY id
ON CONFLICT DO NOTHING

-- name: lock_organizations
SELECT id, active, inactive, trail_length, trail_hash, highest, checkpoint_length, erased IS NOT NULL, suspended
FROM organization
WHERE tag = $1 AND (id = ANY ($2::bytea[])
                    OR id IN (SELECT organization FROM integration WHERE tag = $1 AND id = ANY ($3::bytea[])))
ORDER BY id FOR UPDATE

-- name: add_batch
INSERT INTO batch (tag, id) VALUES ($1, $2)

-- Any batch of another gateway since then. An ID is: 8 bytes of time, 4 of the gateway, 4 that are random.
-- name: find_others
SELECT 1 FROM batch WHERE id >= $1 AND substring(id FROM 9 FOR 4) <> $2 LIMIT 1

-- name: void_batch
INSERT INTO batch (tag, id, is_void) VALUES ($1, $2, true) ON CONFLICT DO NOTHING

-- name: get_batch
SELECT is_void FROM batch WHERE tag = $1 AND id = $2

-- name: forget_batches
DELETE FROM batch WHERE tag = $1 AND id < $2

-- name: add_integrations
INSERT INTO integration (tag, id, organization, version, is_active, title, sort_key, credential_ref)
SELECT $1, new.* FROM unnest($2::bytea[], $3::bytea[], $4::integer[], $5::boolean[], $6::bytea[], $7::bytea[],
                             $8::bytea[]) AS new

-- name: put_integrations
UPDATE integration
SET version = new.version, is_active = new.is_active, title = new.title, sort_key = new.sort_key,
    credential_ref = new.credential_ref
FROM unnest($2::bytea[], $3::bytea[], $4::integer[], $5::boolean[], $6::bytea[], $7::bytea[], $8::bytea[])
     AS new (id, organization, version, is_active, title, sort_key, credential_ref)
WHERE integration.tag = $1 AND integration.id = new.id

-- name: delete_integrations
DELETE FROM integration WHERE tag = $1 AND id = ANY ($2::bytea[])

-- name: add_events
INSERT INTO event (tag, organization, sequence, entity, salt, digest, hash, body)
SELECT $1, new.* FROM unnest($2::bytea[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[],
                             $8::text[]) AS new

-- Those of organizations that are locked.
-- name: get_idempotent_creates
SELECT organization, scope, input, entity, created FROM idempotent_create
WHERE tag = $1 AND (organization, scope) IN (SELECT * FROM unnest($2::bytea[], $3::bytea[]))

-- One that has expired may be there still.
-- name: put_idempotent_creates
INSERT INTO idempotent_create (tag, organization, scope, input, entity, created)
SELECT $1, new.*, $6::bigint FROM unnest($2::bytea[], $3::bytea[], $4::bytea[], $5::bytea[]) AS new
ON CONFLICT (tag, organization, scope)
DO UPDATE SET input = excluded.input, entity = excluded.entity, created = excluded.created

-- Those of organizations that are locked.
-- name: get_consumers
SELECT organization, name, position, lease, lease_until FROM consumer
WHERE tag = $1 AND (organization, name) IN (SELECT * FROM unnest($2::bytea[], $3::bytea[]))

-- name: put_consumers
INSERT INTO consumer (tag, organization, name, position, lease, lease_until)
SELECT $1, new.* FROM unnest($2::bytea[], $3::bytea[], $4::bigint[], $5::bytea[], $6::bigint[]) AS new
ON CONFLICT (tag, organization, name)
DO UPDATE SET position = excluded.position, lease = excluded.lease, lease_until = excluded.lease_until

-- All organizations of so many tags that there are $3 or more of them, each with whether it has events for a consumer.
-- name: find_organizations
SELECT o.tag, o.id, o.trail_length > greatest(coalesce(c.position, 0), o.checkpoint_length) AND o.erased IS NULL
FROM organization AS o
LEFT JOIN consumer AS c ON c.tag = o.tag AND c.organization = o.id AND c.name = $2
WHERE o.tag >= $1 AND o.tag <=
      (SELECT max(tag) FROM (SELECT tag FROM organization WHERE tag >= $1 ORDER BY tag LIMIT $3) AS step)
ORDER BY o.tag

-- name: keep_deleted
INSERT INTO deleted (tag, id, organization, version, is_active, title, credential_ref, time)
SELECT $1, new.*, $8::bigint
FROM unnest($2::bytea[], $3::bytea[], $4::integer[], $5::boolean[], $6::bytea[], $7::bytea[]) AS new

-- What is over: at most so many, the oldest.
-- name: find_old_deleted
SELECT tag, id FROM (SELECT tag, id FROM deleted WHERE time < $1 ORDER BY time LIMIT $2) AS old ORDER BY tag, id

-- name: find_old_idempotent_creates
SELECT tag, organization, scope
FROM (SELECT tag, organization, scope FROM idempotent_create WHERE created < $1 ORDER BY created LIMIT $2) AS old
ORDER BY tag

-- Of those that were found, what is over still, without what somebody else has locked: they never wait.
-- name: erase_deleted
DELETE FROM deleted
WHERE tag = $1 AND id IN
      (SELECT id FROM deleted WHERE tag = $1 AND time < $2 AND id = ANY ($3::bytea[]) FOR UPDATE SKIP LOCKED)

-- name: erase_idempotent_creates
DELETE FROM idempotent_create
WHERE tag = $1 AND (organization, scope) IN
      (SELECT organization, scope FROM idempotent_create
       WHERE tag = $1 AND created < $2 AND (organization, scope) IN (SELECT * FROM unnest($3::bytea[], $4::bytea[]))
       FOR UPDATE SKIP LOCKED)

-- Trails whose first events may be over.
-- name: find_old_trails
SELECT tag, id FROM organization WHERE trail_begin < $1 ORDER BY trail_begin LIMIT $2

-- name: lock_trail
SELECT 1 FROM organization WHERE tag = $1 AND id = $2 FOR UPDATE

-- name: get_first_events
SELECT sequence, hash, body FROM event WHERE tag = $1 AND organization = $2 ORDER BY sequence LIMIT $3

-- name: put_checkpoint
UPDATE organization SET checkpoint_length = $3, checkpoint_hash = $4, checkpoint_time = $5 WHERE tag = $1 AND id = $2

-- name: put_trail_begin
UPDATE organization SET trail_begin = $3 WHERE tag = $1 AND id = $2

-- name: remove_events
DELETE FROM event WHERE tag = $1 AND organization = $2 AND sequence <= $3

-- name: put_organizations
UPDATE organization
SET active = new.active, inactive = new.inactive, trail_length = new.trail_length, trail_hash = new.trail_hash,
    highest = new.highest, trail_begin = coalesce(organization.trail_begin, $8)
FROM unnest($2::bytea[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bytea[])
     AS new (id, active, inactive, trail_length, trail_hash, highest)
WHERE organization.tag = $1 AND organization.id = new.id
