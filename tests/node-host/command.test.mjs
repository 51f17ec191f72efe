// SPDX-License-Identifier: MIT
// The command gql-plugin-host, which prints the merged schema.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Bench, graphql, root } from './support.mjs';

const { buildSchema, lexicographicSortSchema, parse, print, printSchema, validateSchema } = graphql;
const COMMAND = join(root, 'examples/node-host/command.js');
const HOST = join(root, 'examples/demo-host/host-schema.graphql');
const ROOTS = 'type Query { hello: String }';

/** A folder of plugins and files for the command. */
class Desk extends Bench {
  write(name, text) {
    writeFileSync(join(this.folder, name), text);
    return join(this.folder, name);
  }

  run(...args) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { cwd: this.folder, encoding: 'utf8' });
    return { status, stdout, stderr };
  }

  /** Returns what the command prints. */
  print(...args) {
    const { status, stdout, stderr } = this.run('plugins', ...args);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    return stdout;
  }

  fail(...args) {
    const { status, stdout, stderr } = this.run(...args);
    assert.equal(stdout, '');
    return `${status} ${stderr}`;
  }
}

const sorted = (schema) => printSchema(lexicographicSortSchema(schema));

test('the schema is that of loadPlugins, without extensions, with the directives that are applied', async (t) => {
  const desk = new Desk(t, 'integrations', 'workshop');
  for (const files of [[HOST], []]) {
    const sdl = desk.print(...files.flatMap((file) => ['--host-schema', file]));
    const schema = buildSchema(sdl);
    assert.deepEqual(validateSchema(schema), []);
    assert.equal(sorted(schema), sorted((await desk.load({ schema: files.map((file) => readFileSync(file, 'utf8')).join('') })).schema));
    assert.doesNotMatch(sdl, /^extend/m);
    assert.match(sdl, /title: String! @trim/);
  }
});

test('no plugin is started: no settings are needed, and no database is made', (t) => {
  const desk = new Desk(t);
  desk.print();
  const settings = desk.write('settings.json', JSON.stringify(desk.settings));
  desk.print('--settings', settings);
  assert.deepEqual(readdirSync(desk.folder).sort(), ['plugins', 'settings.json']);
});

test("the host's schema may be in several files, which extend each other's types", (t) => {
  const desk = new Desk(t);
  const files = [
    'schema { query: Query } directive @x on SCHEMA | SCALAR | OBJECT',
    'type Query { u: U } extend schema @x interface N { id: ID } type A { b: Int } union U = A enum E { ONE } input I { a: Int } scalar S',
    'extend type Query { e(e: E, i: I): S } extend type A implements N @x { id: ID } extend interface N { b: Int } type B { c: Int } extend union U = B',
    'extend enum E { TWO } extend input I { b: Int } extend scalar S @x',
  ];
  const definitions = parse(desk.print(...files.flatMap((text, i) => ['--host-schema', desk.write(`${i}.graphql`, text)]))).definitions.map(print);
  for (const text of ['schema @x {\n  query: Query\n  mutation: Mutation\n}', 'type A implements N @x {\n  b: Int\n  id: ID\n}', 'interface N {\n  id: ID\n  b: Int\n}',
    'union U = A | B', 'enum E {\n  ONE\n  TWO\n}', 'input I {\n  a: Int\n  b: Int\n}', 'scalar S @x']) assert.ok(definitions.includes(text), text);
  assert.deepEqual(definitions.filter((text) => text.startsWith('extend')), []);
  assert.match(definitions.find((text) => text.startsWith('type Query')), /u: U\n[^]*e\(e: E, i: I\): S\n[^]*integrations\(/);
});

test('a subgraph is that of plugins.subgraphs; one that is not offered is an error', async (t) => {
  const desk = new Desk(t);
  const [{ name, typeDefs }] = (await desk.load()).subgraphs;
  assert.equal(desk.print('--subgraph', name), `${print(typeDefs)}\n`);
  assert.match(desk.fail('plugins', '--subgraph', 'x'), /^1 .*offered are: integrations$/m);
});

test('--output writes the schema, --check compares it; neither prints', (t) => {
  const desk = new Desk(t, 'hello');
  const sdl = desk.print();
  assert.equal(desk.print('--output', 'schema.graphql'), '');
  assert.equal(readFileSync(join(desk.folder, 'schema.graphql'), 'utf8'), sdl);
  assert.equal(desk.print('--check', 'schema.graphql'), '');
  desk.write('schema.graphql', `${sdl} `);
  assert.match(desk.fail('plugins', '--check', 'schema.graphql'), /^1 .*schema\.graphql is out of date: run the command with --output schema\.graphql/);
});

test('a plugin that does not fit is a failure with every conflict, and nothing is written', (t) => {
  const desk = new Desk(t, 'integrations', 'hello');
  const schema = desk.write('host.graphql', `${ROOTS} type PageInfo { hasNextPage: Boolean! } interface Node { uid: ID! }`);
  const failure = desk.fail('plugins', '--host-schema', schema, '--output', 'schema.graphql');
  assert.match(failure, /^1 gql-plugin-host: The plugin plugins\/hello\.so was refused: .*`Query\.hello`.* is already defined/);
  assert.match(failure, /^The plugin plugins\/integrations\.so was refused: /m);
  for (const conflict of [/`Node` has no `id: ID!`/, /`PageInfo` has no `hasPreviousPage/]) assert.match(failure, conflict);
  assert.ok(!existsSync(join(desk.folder, 'schema.graphql')));
});

test('plugins that are required must be there, and a folder must hold some', (t) => {
  const desk = new Desk(t, 'hello');
  const settings = desk.write('settings.json', '{ "org.example.other": { "required": true } }');
  assert.match(desk.fail('plugins', '--settings', settings), /^1 .*Required plugins are not loaded: org\.example\.other\. Found: org\.example\.hello \(hello\.so\)$/m);
  const strange = desk.write('strange.json', '{ "org.example.other": {} }');
  assert.match(desk.fail('plugins', '--settings', strange), /^1 .*Settings without a plugin: org\.example\.other/m);
  mkdirSync(join(desk.folder, 'none'));
  assert.match(desk.fail('none', '--host-schema', desk.write('host.graphql', ROOTS)), /^1 .*The plugins folder none holds no \*\.so$/m);
});

test('mistakes of the user are status 2 and name the mistake', (t) => {
  const desk = new Desk(t, 'hello');
  desk.write('broken', 'type {');
  desk.write('misspelt', '{ "hello.so": { "requird": true } }');
  for (const [args, message] of [
    [[], /one folder of plugins, not 0; see --help/],
    [['a', 'b'], /one folder of plugins, not 2; see --help/],
    [['plugins', '--nope'], /Unknown option '--nope'; see --help/],
    [['plugins', '--output'], /Option '--output <value>' argument missing; see --help/],
    [['plugins', '--output', 'a', '--check', 'b'], /--output or --check, not both/],
    [['nowhere'], /The plugins folder nowhere can't be read: ENOENT/],
    [['plugins', '--host-schema', 'nowhere'], /nowhere can't be read: ENOENT/],
    [['plugins', '--host-schema', 'broken'], /Syntax Error: Expected Name, found "\{"\.\n\nbroken:1:6\n/],
    [['plugins', '--settings', 'nowhere'], /nowhere can't be read: ENOENT/],
    [['plugins', '--settings', 'broken'], /broken is not JSON/],
    [['plugins', '--settings', 'misspelt'], /settings\.hello\.so: unknown option requird; known are required, config/],
    [['plugins', '--output', 'nowhere/x'], /nowhere\/x can't be written: ENOENT/],
    [['plugins', '--check', 'nowhere'], /nowhere can't be read: ENOENT/],
  ]) {
    const failure = desk.fail(...args);
    assert.match(failure, /^2 gql-plugin-host: /, args.join(' '));
    assert.match(failure, message);
  }
});

test('--help and --version', (t) => {
  const desk = new Desk(t, 'hello');
  for (const option of ['--help', '-h']) assert.match(desk.run(option).stdout, /^Usage: gql-plugin-host PLUGINS/);
  assert.match(desk.run('--version').stdout, /^gql-plugin-host \d+\.\d+\.\d+\n$/);
});

test('the schema of a folder that everyone may write to is printed', (t) => {
  const desk = new Desk(t, 'hello');
  chmodSync(desk.plugins, 0o777);
  assert.match(desk.print(), /hello/);
});
