// SPDX-License-Identifier: MIT
// The table in the README at the root, between two markers.

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

/** Lines that only one of the tables has, except rows of hosts that can't run here. */
export function tableDifferences(readme, table, absent = []) {
  const [from, to] = placeOf(readme);
  const [shown, produced] = [readme.slice(from, to).split('\n'), table.split('\n')];
  const isAbsent = (line) => absent.some(({ title }) => line.startsWith(`| ${title} |`));
  return [
    ...shown.filter((line) => !produced.includes(line) && !isAbsent(line)).map((line) => `shown, but not produced: ${line}`),
    ...produced.filter((line) => !shown.includes(line)).map((line) => `produced, but not shown: ${line}`),
  ];
}
