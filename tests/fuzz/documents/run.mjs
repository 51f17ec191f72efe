#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Sends generated documents through the Node package, and compares each answer with that of graphql-js
// over a model in memory.
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build, loadPlugins } from '../../node-host/support.mjs';
import { generate } from './generate.mjs';
import { shrink } from './shrink.mjs';
import { hostOptions, Subject } from './subject.mjs';

const MEMORY = '/dev/shm'; // Each mutation waits for the disk elsewhere.
const HELP = `Usage: node tests/fuzz/documents/run.mjs [--documents N] [--seed S] [--seconds T]

Document i of a run has the seed S + i. Ends after N documents (default 2000), after T seconds, or at the
first difference, for which it prints the seed and a minimal document.
`;

const OPTIONS = { documents: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' }, seconds: { type: 'string', default: '0' },
  help: { type: 'boolean' } };

async function explain(subject, seed, test) {
  const differs = async (candidate) => {
    const { invalid, expected, actual } = await subject.compare(candidate);
    return invalid === undefined && expected !== actual;
  };
  const smallest = await shrink(test, differs);
  const { expected, actual } = await subject.compare(smallest);
  return [`seed ${seed}: node tests/fuzz/documents/run.mjs --documents 1 --seed ${seed}`, smallest.source, JSON.stringify(smallest.variables),
    `graphql-js:  ${expected}`, `the package: ${actual}`].join('\n');
}

async function fuzz(plugins, { documents, seed, seconds }) {
  const subject = new Subject(plugins);
  const end = seconds > 0 ? Date.now() + seconds * 1000 : Infinity;
  let [done, invalid] = [0, 0];
  for (; done < documents && Date.now() < end; done++) {
    const test = generate(seed + done);
    const result = await subject.compare(test);
    invalid += result.invalid === undefined ? 0 : 1;
    if (result.expected !== result.actual) return { done, invalid, failure: await explain(subject, seed + done, test) };
  }
  return { done, invalid };
}

async function main() {
  const { values } = parseArgs({ options: OPTIONS });
  if (values.help) return process.stdout.write(HELP);
  const folder = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'fuzz-documents-'));
  mkdirSync(join(folder, 'plugins'));
  symlinkSync(join(build, 'plugin/integrations.so'), join(folder, 'plugins/integrations.so'));
  const settings = { 'integrations.so': { required: true, config: { database: { path: join(folder, 'documents.db') } } } };
  const plugins = await loadPlugins(join(folder, 'plugins'), { settings, ...hostOptions() });
  try {
    const limits = Object.fromEntries(['documents', 'seed', 'seconds'].map((name) => [name, Number(values[name])]));
    const { done, invalid, failure } = await fuzz(plugins, limits);
    const isGood = failure === undefined && done > 0 && invalid * 4 < done;
    if (failure) console.log(failure);
    console.log(`${isGood ? 'ok' : 'not ok'} 1 - ${done} documents like graphql-js, ${invalid} of them not valid`);
    console.log(`1..1\n# pass ${Number(isGood)}\n# fail ${Number(!isGood)}`);
    process.exitCode = isGood ? 0 : 1;
  } finally {
    await plugins.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return undefined;
}

await main();
