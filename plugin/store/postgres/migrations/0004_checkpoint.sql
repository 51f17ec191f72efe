-- SPDX-License-Identifier: MIT
-- The checkpoint of a trail: the sequence and the hash of the last event that was removed since its retention was
-- over, and when (Unix milliseconds). trail_begin is when the first event happened that is left, or a time before
-- that; null: there is none, or it does not say when. It only adds: an older plugin goes on with what is left.
ALTER TABLE organization
    ADD COLUMN checkpoint_length bigint NOT NULL DEFAULT 0 CHECK (checkpoint_length >= 0),
    ADD COLUMN checkpoint_hash bytea CHECK (length(checkpoint_hash) = 32),
    ADD COLUMN checkpoint_time bigint,
    ADD COLUMN trail_begin bigint;

UPDATE organization SET trail_begin = 0 WHERE trail_length > 0;

CREATE INDEX organization_by_trail_begin ON organization (trail_begin);
