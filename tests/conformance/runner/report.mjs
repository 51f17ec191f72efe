// SPDX-License-Identifier: MIT
// Reports results: as TAP during the run, afterwards as a table in Markdown.

/** Prints results as TAP 13 and counts them. */
export class Tap {
  constructor(write) {
    this.write = write;
    this.counts = { pass: 0, fail: 0, skipped: 0 };
    write('TAP version 13\n');
  }

  /** Adds {title, verdict: 'pass' | 'fail' | 'cannot', findings, reason}. */
  add({ title, verdict, findings = [], reason }) {
    const kind = verdict === 'cannot' ? 'skipped' : verdict;
    this.counts[kind]++;
    const number = Object.values(this.counts).reduce((sum, count) => sum + count);
    this.write(`${kind === 'fail' ? 'not ok' : 'ok'} ${number} - ${title}${reason ? ` # SKIP ${reason}` : ''}\n`);
    if (kind !== 'fail') return;
    const lines = findings.flatMap((finding) => finding.split('\n'));
    this.write(`  ---\n${lines.map((line) => `  ${line}\n`).join('')}  ...\n`);
  }

  end() {
    const { pass, fail, skipped } = this.counts;
    this.write(`1..${pass + fail + skipped}\n# tests ${pass + fail + skipped}\n# pass ${pass}\n# fail ${fail}\n# cancelled 0\n# skipped ${skipped}\n`);
    return fail === 0 && pass > 0;
  }
}

/** The row of a host, from its results. */
export function rowOf({ name, title }, version, results) {
  const count = (verdict) => results.filter((result) => result.verdict === verdict).length;
  const cannot = Object.fromEntries(results.filter(({ verdict }) => verdict === 'cannot').map(({ test, reason }) => [test, reason]));
  return { name, title, version, cases: results.length, passed: count('pass'), failed: count('fail'), cannot };
}

function reasonsOf({ cannot }) {
  const byReason = new Map();
  for (const [test, reason] of Object.entries(cannot)) byReason.set(reason, [...byReason.get(reason) ?? [], test]);
  return [...byReason].map(([reason, tests]) => `${tests.map((test) => `\`${test}\``).join(', ')}: ${reason}`).join('; ');
}

export function markdownOf(rows) {
  const lines = rows.map((row) => `| ${row.title} | ${row.version} | ${row.passed} of ${row.cases} | ${reasonsOf(row) || '–'} |`);
  return ['| host | version | cases passed | what it can\'t do |', '| --- | --- | --- | --- |', ...lines].join('\n');
}
