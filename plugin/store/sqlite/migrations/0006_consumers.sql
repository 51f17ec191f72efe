-- SPDX-License-Identifier: MIT
-- Up to which event of an organization each consumer has come, and who holds the lease of its events until when, in
-- Unix milliseconds: see plugin/store/consumer.h. It only adds: an older plugin leaves it alone.
CREATE TABLE consumer (
    organization INTEGER NOT NULL REFERENCES organization (key),
    name TEXT NOT NULL,
    position INTEGER NOT NULL DEFAULT 0 CHECK (position >= 0),
    lease BLOB CHECK (length(lease) = 16),
    lease_until INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (organization, name)
) STRICT, WITHOUT ROWID;
