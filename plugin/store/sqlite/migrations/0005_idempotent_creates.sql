-- SPDX-License-Identifier: MIT
-- The keys of creates: see "How a mutation runs" in plugin/README.md. It only adds: an older plugin may go on with
-- the database, but creates without regard to keys.
CREATE TABLE idempotent_create (
    organization INTEGER NOT NULL REFERENCES organization (key),
    scope BLOB NOT NULL CHECK (length(scope) = 32),
    input BLOB NOT NULL CHECK (length(input) = 32),
    entity BLOB NOT NULL CHECK (length(entity) = 16),
    created INTEGER NOT NULL, -- Unix milliseconds.
    PRIMARY KEY (organization, scope)
) STRICT, WITHOUT ROWID;

-- For the sweep.
CREATE INDEX idempotent_create_by_time ON idempotent_create (created);
