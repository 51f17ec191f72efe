// SPDX-License-Identifier: MIT
// Runs suites with graphql 17: the Node package's, or the conformance suite against GraphQL Yoga. graphql 17 needs Node 22, which
// the packages of this folder bring. A host finds graphql beside itself, so the sources are copied into a folder with these
// packages.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const tree = join(root, 'build/tests/graphql-17');
const packages = join(here, 'node_modules');
const SOURCES = ['examples/node-host', 'examples/demo-host', 'examples/gateways/yoga', 'plugin/schema', 'plugin/base/limits.h',
  'tests/conformance', 'tests/node-host', 'tests/support-js'];
/** Suites of the Node package that use no gateway which excludes graphql 17. */
const TESTS = ['abstract', 'cancellation', 'command', 'errors', 'ids', 'limits', 'merge', 'organizations', 'parents', 'references'];
const SUITES = {
  'node-host': ['--test', '--test-reporter=tap', ...TESTS.map((name) => `tests/node-host/${name}.test.mjs`)],
  conformance: ['tests/conformance/run.mjs', '--host', 'yoga'],
};

function copySources() {
  rmSync(tree, { recursive: true, force: true });
  for (const path of SOURCES) {
    cpSync(join(root, path), join(tree, path), { recursive: true, filter: (from) => !/node_modules|gql_binding\.node/.test(from) });
  }
  const modules = join(tree, 'examples/node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(packages).filter((each) => !each.startsWith('.'))) symlinkSync(join(packages, name), join(modules, name));
  symlinkSync('../node-host', join(modules, 'gql-plugin-host'));
  symlinkSync('../demo-host', join(modules, 'demo-host'));
}

/** The folder with the program `node`. */
function findNode() {
  const folder = join(packages, `node-linux-${process.arch}/bin`);
  if (!existsSync(join(folder, 'node'))) throw new Error(`no Node 22 for ${process.arch} in ${packages}: ./examples/npm-ci.sh tests/graphql-17`);
  return folder;
}

/** Fails unless the package of the copy uses the versions that this is about. */
function checkVersions(folder) {
  const print = "import('graphql').then(({ version }) => console.log(process.versions.node, version))";
  const versions = execFileSync(join(folder, 'node'), ['-e', print], { cwd: join(tree, 'examples/node-host'), encoding: 'utf8' }).trim();
  if (!/^22\.\S+ 17\./.test(versions)) throw new Error(`Node and graphql have the versions ${versions}`);
  console.log(`# Node and graphql: ${versions}`);
}

const suite = SUITES[process.argv[2]];
if (!suite) {
  console.error(`Usage: node tests/graphql-17/run.mjs ${Object.keys(SUITES).join(' | ')}`);
  process.exitCode = 2;
} else {
  copySources();
  const folder = findNode();
  checkVersions(folder);
  const env = { ...process.env, BUILD: process.env.BUILD ?? join(root, 'build'), PATH: `${folder}${delimiter}${process.env.PATH}` };
  spawn(join(folder, 'node'), suite, { cwd: tree, env, stdio: 'inherit' }).on('exit', (code) => { process.exitCode = code ?? 1; });
}
