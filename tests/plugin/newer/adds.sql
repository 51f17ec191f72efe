-- SPDX-License-Identifier: MIT
-- Of a newer version: it only adds, so that gateways of the version before go on.
ALTER TABLE integration ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE TABLE newer (key INTEGER PRIMARY KEY) STRICT;
