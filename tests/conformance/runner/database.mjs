// SPDX-License-Identifier: MIT
// Changes the plugin's database from another process: with Python's sqlite3, or psql.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { plainEnvironment, root as project } from '../../support-js/paths.mjs';

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

const isUrl = (database) => database.startsWith('postgresql://');

export async function runSql(database, sql) {
  await promisify(execFile)('python3', ['-c', RUN, database, sql], { env: plainEnvironment });
}

/** Starts a program that goes on until its input ends. Returns what it says first, and a function that ends it. */
async function begin(program, args, input = '') {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: plainEnvironment });
  const ended = once(child, 'close');
  child.stdin.write(input);
  const [first] = await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    said: String(first).trim(),
    end: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

/** Takes the write lock. Returns a function that releases it. */
export async function holdLock(database) {
  const { said, end } = isUrl(database)
    ? await begin('psql', ['-qXAt', database], "BEGIN; LOCK TABLE organization IN EXCLUSIVE MODE; SELECT 'held';\n")
    : await begin('python3', ['-c', HOLD, database]);
  if (said !== 'held') throw new Error(`${database}: the write lock can't be taken`);
  return end;
}

/** Starts a PostgreSQL server with these databases. Returns the begin of their URLs, and a function that ends it. */
export async function startServer(...databases) {
  const { said, end } = await begin('python3', [join(project, 'tests/plugin/postgres/serve.py'), ...databases]);
  if (!said.startsWith('postgresql://')) throw new Error("PostgreSQL's server does not start");
  return { url: said, end };
}
