-- SPDX-License-Identifier: MIT
-- The audit trail: see "The audit trail" in plugin/README.md. It only adds: an older plugin may go on with the
-- database, but its changes leave no event.
INSERT INTO setting (name, value) VALUES ('oldest_reader', CAST('1' AS BLOB));

-- The head of an organization's trail: the sequence and the hash of its last event.
ALTER TABLE organization ADD COLUMN trail_length INTEGER NOT NULL DEFAULT 0 CHECK (trail_length >= 0);
ALTER TABLE organization ADD COLUMN trail_hash BLOB CHECK (length(trail_hash) = 32);

CREATE TABLE event (
    organization INTEGER NOT NULL REFERENCES organization (key),
    sequence INTEGER NOT NULL CHECK (sequence >= 1),
    entity BLOB NOT NULL CHECK (length(entity) = 16),
    salt BLOB CHECK (length(salt) = 16),
    digest BLOB NOT NULL CHECK (length(digest) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    body TEXT,
    PRIMARY KEY (organization, sequence)
) STRICT, WITHOUT ROWID;

CREATE INDEX event_by_entity ON event (organization, entity);

-- Append-only. Whoever erases a body erases its salt, too.
CREATE TRIGGER event_kept BEFORE UPDATE ON event
WHEN new.body IS NOT NULL OR new.salt IS NOT NULL
     OR (new.organization, new.sequence, new.entity, new.digest, new.hash)
        <> (old.organization, old.sequence, old.entity, old.digest, old.hash)
BEGIN
    SELECT RAISE(ABORT, 'an event can''t be changed: only its body can be erased, and its salt with it');
END;

CREATE TRIGGER event_not_deleted BEFORE DELETE ON event BEGIN
    SELECT RAISE(ABORT, 'an event can''t be deleted: erase its body, and its salt with it');
END;
