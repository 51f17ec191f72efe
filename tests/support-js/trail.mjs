// SPDX-License-Identifier: MIT
// The audit trail of a database.
import { execFileSync } from 'node:child_process';

const READ = `import sqlite3, sys
for body, in sqlite3.connect(sys.argv[1]).execute('SELECT body FROM event ORDER BY sequence'): print(body)`;

/** Returns the bodies of the events of a database, which has one organization's. */
export function eventsOf(database) {
  return execFileSync('python3', ['-c', READ, database], { encoding: 'utf8' }).trim().split('\n').map((line) => JSON.parse(line));
}
