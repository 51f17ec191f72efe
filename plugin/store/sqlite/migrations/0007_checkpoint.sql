-- SPDX-License-Identifier: MIT
-- The checkpoint of a trail: the sequence and the hash of the last event that was removed since its retention was
-- over, and when (Unix milliseconds). It only adds: an older plugin goes on with what is left of the trail.
ALTER TABLE organization ADD COLUMN checkpoint_length INTEGER NOT NULL DEFAULT 0 CHECK (checkpoint_length >= 0);
ALTER TABLE organization ADD COLUMN checkpoint_hash BLOB CHECK (length(checkpoint_hash) = 32);
ALTER TABLE organization ADD COLUMN checkpoint_time INTEGER;

DROP TRIGGER event_not_deleted;

CREATE TRIGGER event_not_deleted BEFORE DELETE ON event
WHEN old.sequence > (SELECT checkpoint_length FROM organization WHERE key = old.organization)
BEGIN
    SELECT RAISE(ABORT, 'an event can''t be deleted before the checkpoint of its trail has passed it');
END;
