-- SPDX-License-Identifier: MIT
-- Settings of the database itself: what the sort keys were made with, the key of the cursors.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- An organization is known here from its first integration on. It stays when the last one goes, with its counters,
-- which the triggers below keep: a total is a row, however many integrations there are.
CREATE TABLE organization (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    active INTEGER NOT NULL DEFAULT 0 CHECK (active >= 0),
    inactive INTEGER NOT NULL DEFAULT 0 CHECK (inactive >= 0)
) STRICT;

CREATE TABLE integration (
    key INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    organization INTEGER NOT NULL REFERENCES organization (key),
    version INTEGER NOT NULL CHECK (version >= 1),
    is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
    title TEXT NOT NULL,
    sort_key BLOB NOT NULL,
    credential_ref TEXT
) STRICT;

-- One index for each filter: a page is a range of one of them.
CREATE INDEX integration_by_title ON integration (organization, sort_key, id);
CREATE INDEX integration_by_activity_and_title ON integration (organization, is_active, sort_key, id);

CREATE TRIGGER integration_counted AFTER INSERT ON integration BEGIN
    UPDATE organization
    SET active = active + new.is_active, inactive = inactive + 1 - new.is_active
    WHERE key = new.organization;
END;

CREATE TRIGGER integration_uncounted AFTER DELETE ON integration BEGIN
    UPDATE organization
    SET active = active - old.is_active, inactive = inactive - 1 + old.is_active
    WHERE key = old.organization;
END;

CREATE TRIGGER integration_recounted AFTER UPDATE OF is_active ON integration WHEN new.is_active <> old.is_active BEGIN
    UPDATE organization
    SET active = active + new.is_active - old.is_active, inactive = inactive - new.is_active + old.is_active
    WHERE key = new.organization;
END;
