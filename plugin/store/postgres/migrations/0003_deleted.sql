-- SPDX-License-Identifier: MIT
-- Deleted integrations, until their retention is over: see "Deleted integrations" in plugin/README.md. It only adds:
-- what an older plugin deletes is gone at once.
CREATE TABLE deleted (
    tag integer NOT NULL,
    id bytea NOT NULL CHECK (length(id) = 16),
    organization bytea NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    is_active boolean NOT NULL,
    title bytea NOT NULL,
    credential_ref bytea,
    time bigint NOT NULL, -- Unix milliseconds.
    PRIMARY KEY (tag, id),
    FOREIGN KEY (tag, organization) REFERENCES organization (tag, id)
);

CREATE INDEX deleted_by_organization ON deleted (tag, organization, id);

-- What is due is looked for in all tags, and erased in each.
CREATE INDEX deleted_by_time ON deleted (time);
DROP INDEX idempotent_create_by_time;
CREATE INDEX idempotent_create_by_time ON idempotent_create (created);
