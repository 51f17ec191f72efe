// SPDX-License-Identifier: MIT
// index.d.ts is correct: a sample compiles, and every declared name exists.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as api from '../../../examples/node-host/index.js';
import { Bench, requireOfExamples } from '../support.mjs';

const ts = requireOfExamples('typescript');
const declarations = fileURLToPath(new URL('../../../examples/node-host/index.d.ts', import.meta.url));
const source = ts.createSourceFile('index.d.ts', ts.sys.readFile(declarations), ts.ScriptTarget.Latest);

function membersOf(name) {
  const found = source.statements.find((node) => node.name?.text === name);
  return found.members.map((member) => member.name.text).sort();
}

test('the sample compiles, and its wrong lines do not', () => {
  try {
    execFileSync(process.execPath, [requireOfExamples.resolve('typescript/bin/tsc'), '-p', fileURLToPath(new URL('.', import.meta.url))], { encoding: 'utf8' });
  } catch (error) {
    assert.fail(error.stdout);
  }
});

test('every export is declared, and every declared export exists', () => {
  const values = source.statements.filter((node) => ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node)).map((node) => node.name.text);
  assert.deepEqual(values.sort(), Object.keys(api).sort());
});

test('every member of Plugins is declared, and every declared member exists', async (t) => {
  const plugins = await new Bench(t).load();
  const own = [...Object.keys(plugins), ...Object.getOwnPropertyNames(Object.getPrototypeOf(plugins))];
  assert.deepEqual(own.filter((name) => name !== 'constructor').sort(), membersOf('Plugins'));
  assert.deepEqual(Object.keys(plugins.about[0]).sort(), membersOf('PluginAbout'));
  assert.deepEqual(Object.keys(plugins.subgraphs[0]).sort(), membersOf('Subgraph'));
});

test('every option is declared, and every declared option exists', async (t) => {
  const bench = new Bench(t);
  const error = await api.loadPlugins(bench.plugins, { none: 1 }).catch((reason) => reason);
  assert.deepEqual(/known are (.*)$/.exec(error.message)[1].split(', ').sort(), membersOf('LoadOptions'));
});
