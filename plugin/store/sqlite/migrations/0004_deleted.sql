-- SPDX-License-Identifier: MIT
-- Deleted integrations, until their retention is over: see "Deleted integrations" in plugin/README.md. It only adds:
-- what an older plugin deletes is gone at once.
CREATE TABLE deleted (
    organization INTEGER NOT NULL REFERENCES organization (key),
    id BLOB NOT NULL CHECK (length(id) = 16),
    time INTEGER NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    title TEXT NOT NULL,
    credential_ref TEXT,
    PRIMARY KEY (organization, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX deleted_by_time ON deleted (time);
