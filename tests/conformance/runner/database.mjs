// SPDX-License-Identifier: MIT
// Changes the plugin's database from another process, with Python's sqlite3.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const RUN = `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=10)
connection.executescript(sys.argv[2])
connection.close()
`;

const HOLD = `
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=10, isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
`;

/** The database of an organization, whose ID is also the name of its folder, below a root. */
export function databaseBelow(root, organization) {
  const found = readdirSync(root).map((folder) => join(root, folder, organization, 'integrations.db')).find(existsSync);
  if (!found) throw new Error(`${root}: ${organization} has no database yet`);
  return found;
}

export async function runSql(database, sql) {
  await promisify(execFile)('python3', ['-c', RUN, database, sql]);
}

/** Takes the write lock. Returns a function that releases it. */
export async function holdLock(database) {
  const child = spawn('python3', ['-c', HOLD, database], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const [first] = await Promise.race([once(child.stdout, 'data'), ended]);
  if (String(first).trim() !== 'held') throw new Error(`${database}: the write lock can't be taken`);
  return async () => {
    child.stdin.end();
    await ended;
  };
}
