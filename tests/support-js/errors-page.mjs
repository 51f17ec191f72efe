// SPDX-License-Identifier: MIT
// The page of errors: what each GraphQL server answers to a document that it does not execute.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

/** Requests with such documents, by the page's words for what is wrong. */
export const FAULTY_DOCUMENTS = JSON.parse(readFileSync(new URL('faulty-documents.json', import.meta.url), 'utf8'));

/** Returns the cells of the page's last table: a list for each row. */
function tableOfPage() {
  const page = readFileSync(join(root, 'examples/clients/errors.md'), 'utf8');
  const lines = page.slice(page.lastIndexOf('\n| cause |')).trim().split('\n');
  return lines.map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}

/** Returns the codes of a server by what is wrong; undefined where its errors have none. */
export function codesOfPage(server) {
  const [names, , ...rows] = tableOfPage();
  const column = names.indexOf(server);
  return Object.fromEntries(rows.map((row) => [row[0], /^`(\w+)`$/.exec(row[column])?.[1]]));
}
