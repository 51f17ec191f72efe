-- SPDX-License-Identifier: MIT
-- Of a newer version: it changes a part, and fails on the first integration that it meets.
CREATE TABLE newer (key INTEGER PRIMARY KEY) STRICT;
UPDATE integration SET version = 0;
