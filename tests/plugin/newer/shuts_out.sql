-- SPDX-License-Identifier: MIT
-- Of a newer version: it shuts out the version before.
UPDATE setting SET value = CAST('@NUMBER@' AS BLOB) WHERE name = 'oldest_reader';
