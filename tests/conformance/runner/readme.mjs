// SPDX-License-Identifier: MIT
// The table in the README: between two markers, the same that was produced.

const BEGIN = '<!-- conformance: begin -->\n';
const END = '\n<!-- conformance: end -->';

function placeOf(readme) {
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`The README has no markers ${BEGIN.trim()} and ${END.trim()}`);
  return [from + BEGIN.length, to];
}

export function replaceTable(readme, table) {
  const [from, to] = placeOf(readme);
  return readme.slice(0, from) + table + readme.slice(to);
}

/** Lines that are in one of the tables only, but for rows of hosts that could not be run here. */
export function tableTroubles(readme, table, absent = []) {
  const [from, to] = placeOf(readme);
  const [shown, produced] = [readme.slice(from, to).split('\n'), table.split('\n')];
  const isAbsent = (line) => absent.some(({ title }) => line.startsWith(`| ${title} |`));
  return [
    ...shown.filter((line) => !produced.includes(line) && !isAbsent(line)).map((line) => `shown, but not produced: ${line}`),
    ...produced.filter((line) => !shown.includes(line)).map((line) => `produced, but not shown: ${line}`),
  ];
}
