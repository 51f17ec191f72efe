// SPDX-License-Identifier: MIT
// The table of the page ../README.md, between two markers.

const BEGIN = '<!-- conformance: begin -->\n';
const END = '\n<!-- conformance: end -->';

function placeOf(page) {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`The page has no markers ${BEGIN.trim()} and ${END.trim()}`);
  return [from + BEGIN.length, to];
}

export function replaceTable(page, table) {
  const [from, to] = placeOf(page);
  return page.slice(0, from) + table + page.slice(to);
}

/** Lines that only one of the tables has, except rows of hosts that can't run here. */
export function tableDifferences(page, table, absent = []) {
  const [from, to] = placeOf(page);
  const [shown, produced] = [page.slice(from, to).split('\n'), table.split('\n')];
  const isAbsent = (line) => absent.some(({ title }) => line.startsWith(`| ${title} |`));
  return [
    ...shown.filter((line) => !produced.includes(line) && !isAbsent(line)).map((line) => `shown, but not produced: ${line}`),
    ...produced.filter((line) => !shown.includes(line)).map((line) => `produced, but not shown: ${line}`),
  ];
}
