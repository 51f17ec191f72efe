-- SPDX-License-Identifier: MIT
-- Whether an organization is suspended: gateways reject its changes, and its reads if they are told to. It only adds:
-- an older plugin may go on with the database, but does not heed the suspension.
ALTER TABLE organization ADD COLUMN suspended boolean NOT NULL DEFAULT false;
