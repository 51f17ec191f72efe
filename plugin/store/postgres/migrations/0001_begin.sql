-- SPDX-License-Identifier: MIT
-- Every table begins with the organization tag (base/organization.h), also in its primary key, so that a database
-- that spreads out can keep all that belongs together in one place. Texts of clients are bytea: text can't hold NUL.
CREATE TABLE organization (
    tag integer NOT NULL,
    id bytea NOT NULL,
    active bigint NOT NULL DEFAULT 0 CHECK (active >= 0),
    inactive bigint NOT NULL DEFAULT 0 CHECK (inactive >= 0),
    trail_length bigint NOT NULL DEFAULT 0 CHECK (trail_length >= 0),
    trail_hash bytea CHECK (length(trail_hash) = 32),
    highest bytea CHECK (length(highest) = 16),
    PRIMARY KEY (tag, id)
);

CREATE TABLE integration (
    tag integer NOT NULL,
    id bytea NOT NULL CHECK (length(id) = 16),
    organization bytea NOT NULL,
    version integer NOT NULL CHECK (version >= 1),
    is_active boolean NOT NULL,
    title bytea NOT NULL,
    sort_key bytea NOT NULL,
    credential_ref bytea,
    PRIMARY KEY (tag, id),
    FOREIGN KEY (tag, organization) REFERENCES organization (tag, id)
);

CREATE INDEX integration_by_title ON integration (tag, organization, sort_key, id);
CREATE INDEX integration_by_activity_and_title ON integration (tag, organization, is_active, sort_key, id);

CREATE TABLE event (
    tag integer NOT NULL,
    organization bytea NOT NULL,
    sequence bigint NOT NULL CHECK (sequence >= 1),
    entity bytea NOT NULL CHECK (length(entity) = 16),
    salt bytea CHECK (length(salt) = 16),
    digest bytea NOT NULL CHECK (length(digest) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    body text,
    PRIMARY KEY (tag, organization, sequence),
    FOREIGN KEY (tag, organization) REFERENCES organization (tag, id)
);

CREATE INDEX event_by_entity ON event (tag, organization, entity, sequence);

-- The write transactions of the last hour, so that a gateway whose connection dies during COMMIT can find out how it
-- ended: it inserts the same row as void, which then keeps the transaction from being committed later.
CREATE TABLE batch (
    tag integer NOT NULL,
    id bytea NOT NULL CHECK (length(id) = 16),
    is_void boolean NOT NULL DEFAULT false,
    PRIMARY KEY (tag, id)
);
