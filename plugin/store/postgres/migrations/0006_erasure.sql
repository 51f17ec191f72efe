-- SPDX-License-Identifier: MIT
-- The tombstone of an organization that was erased here: JSON, see maintenance/server_erasure.h. Nothing is created in
-- it again. It only adds: an older plugin may go on with the database, but does not heed the tombstone.
ALTER TABLE organization ADD COLUMN erased text;
