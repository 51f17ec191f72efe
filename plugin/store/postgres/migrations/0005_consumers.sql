-- SPDX-License-Identifier: MIT
-- Up to which event of an organization each consumer has come, and who holds the lease of its events until when, in
-- Unix milliseconds: see plugin/store/consumer.h. It only adds: an older plugin leaves it alone.
CREATE TABLE consumer (
    tag integer NOT NULL,
    organization bytea NOT NULL,
    name bytea NOT NULL,
    position bigint NOT NULL DEFAULT 0 CHECK (position >= 0),
    lease bytea CHECK (length(lease) = 16),
    lease_until bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tag, organization, name),
    FOREIGN KEY (tag, organization) REFERENCES organization (tag, id)
);

-- For those of other gateways, in all tags.
CREATE INDEX batch_by_id ON batch (id);
