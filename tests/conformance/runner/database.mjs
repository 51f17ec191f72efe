// SPDX-License-Identifier: MIT
// What another process does to the plugin's database, by Python's sqlite3.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
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

export async function runSql(database, sql) {
  await promisify(execFile)('python3', ['-c', RUN, database, sql]);
}

/** Takes the write lock; gives a function that lets go of it. */
export async function holdLock(database) {
  const child = spawn('python3', ['-c', HOLD, database], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const [first] = await Promise.race([once(child.stdout, 'data'), ended]);
  if (String(first).trim() !== 'held') throw new Error(`${database}: its lock can't be taken`);
  return async () => {
    child.stdin.end();
    await ended;
  };
}
