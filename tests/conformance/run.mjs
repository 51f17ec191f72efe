#!/usr/bin/env node
// SPDX-License-Identifier: MIT
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, root } from '../support-js/paths.mjs';
import { readCases } from './runner/cases.mjs';
import { readHosts, versionOf, whyAbsent } from './runner/hosts.mjs';
import { replaceTable, tableDifferences } from './runner/page.mjs';
import { markdownOf, rowOf, Tap } from './runner/report.mjs';
import { forEach, runHost } from './runner/suite.mjs';
import { makeVault } from './runner/tokens.mjs';

const HELP = `Usage: node tests/conformance/run.mjs [OPTION…]

Runs every case against every host and prints TAP. Without --host and --case, it also writes
build/conformance/report.md and report.json, and compares the table with the one in
tests/conformance/README.md.

  --host NAME   run only this host; may be repeated
  --case NAME   run only this case; may be repeated
  --jobs N      run N hosts at the same time; default 2
  --update      write the table into the page
  --list        print the names of hosts and cases, and exit
`;

const OPTIONS = {
  host: { type: 'string', multiple: true },
  case: { type: 'string', multiple: true },
  jobs: { type: 'string', default: '2' },
  update: { type: 'boolean' },
  list: { type: 'boolean' },
  help: { type: 'boolean' },
};
const PAGE = join(root, 'tests/conformance/README.md');

class WrongUsage extends Error {}

function optionsOf() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    if (!/^[1-9]\d?$/.test(values.jobs)) throw new Error(`--jobs must be from 1 to 99, not ${values.jobs}`);
    return values;
  } catch (error) {
    throw new WrongUsage(error.message);
  }
}

/** Those of `all` with these names, or all if no names are given. */
function choose(all, names, kind) {
  for (const name of names ?? []) {
    if (!all.some((one) => one.name === name)) throw new WrongUsage(`There is no ${kind} ${name}; see --list`);
  }
  return names ? all.filter(({ name }) => names.includes(name)) : all;
}

function writeReport({ rows, absent, isUpdate, tap }) {
  const table = markdownOf(rows);
  mkdirSync(join(build, 'conformance'), { recursive: true });
  writeFileSync(join(build, 'conformance/report.md'), `${table}\n`);
  writeFileSync(join(build, 'conformance/report.json'), `${JSON.stringify(rows, null, 2)}\n`);
  const page = readFileSync(PAGE, 'utf8');
  if (isUpdate && absent.length > 0) throw new Error(`The table is not written: these hosts can't run here: ${absent.map(({ name }) => name).join(', ')}`);
  if (isUpdate) {
    writeFileSync(PAGE, replaceTable(page, table));
    return;
  }
  const findings = tableDifferences(page, table, absent);
  tap.add({ title: 'the page has the table that was produced', verdict: findings.length === 0 ? 'pass' : 'fail',
    findings: [...findings, 'node tests/conformance/run.mjs --update writes it'] });
}

async function runHosts(hosts, cases, jobs, tap) {
  const vault = makeVault();
  const rows = new Map();
  try {
    await forEach(hosts, jobs, (host) => runHost(host, cases, vault), (host, results) => {
      results.forEach((result) => tap.add(result));
      rows.set(host, rowOf(host, versionOf(host), results));
    });
  } finally {
    vault.remove();
  }
  return hosts.map((host) => rows.get(host));
}

async function main() {
  const options = optionsOf();
  const allCases = readCases(fileURLToPath(new URL('cases', import.meta.url)));
  const allHosts = readHosts(allCases.map(({ name }) => name));
  if (options.help || options.list) {
    process.stdout.write(options.help ? HELP : [...allHosts, ...allCases].map(({ name, title, about }) => `${name}: ${title ?? about}\n`).join(''));
    return true;
  }
  const isWhole = !options.host && !options.case;
  const [chosen, cases] = [choose(allHosts, options.host, 'host'), choose(allCases, options.case, 'case')];
  const absent = chosen.filter(whyAbsent);
  const hosts = chosen.filter((host) => !absent.includes(host));
  const tap = new Tap((text) => process.stdout.write(text));
  absent.forEach((host) => tap.add({ title: host.name, verdict: 'cannot', reason: whyAbsent(host) }));
  const rows = await runHosts(hosts, cases, Number(options.jobs), tap);
  if (isWhole) writeReport({ rows, absent, isUpdate: options.update, tap });
  return tap.end();
}

main().then((isGood) => { process.exitCode = isGood ? 0 : 1; }, (error) => {
  process.stderr.write(`conformance: ${error instanceof WrongUsage ? `${error.message}\n${HELP}` : error.stack}\n`);
  process.exitCode = 2;
});
