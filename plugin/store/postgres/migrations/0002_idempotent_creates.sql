-- SPDX-License-Identifier: MIT
-- The keys of creates: see "How a mutation runs" in plugin/README.md. It only adds: an older plugin may go on with
-- the database, but creates without regard to keys.
CREATE TABLE idempotent_create (
    tag integer NOT NULL,
    organization bytea NOT NULL,
    scope bytea NOT NULL CHECK (length(scope) = 32),
    input bytea NOT NULL CHECK (length(input) = 32),
    entity bytea NOT NULL CHECK (length(entity) = 16),
    created bigint NOT NULL, -- Unix milliseconds.
    PRIMARY KEY (tag, organization, scope),
    FOREIGN KEY (tag, organization) REFERENCES organization (tag, id)
);

-- For those that have expired.
CREATE INDEX idempotent_create_by_time ON idempotent_create (tag, created);
