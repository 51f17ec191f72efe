// SPDX-License-Identifier: MIT
// Every wrong option is reported by name.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ACTOR, ask, Bench, build, graphql, loadPlugins, root } from './support.mjs';

test('wrong options', async (t) => {
  const bench = new Bench(t);
  const cases = [
    [{ shcema: '' }, /unknown option shcema; known are schema,/],
    [{ schema: 7 }, /schema must be SDL, a document or a GraphQLSchema/],
    [{ schema: 'type Query {' }, /Syntax Error/],
    [{ log: 'x' }, /log must be a function/],
    [{ logLevel: 'loud' }, /logLevel must be one of error, warning, info, debug/],
    [{ maxFields: 0 }, /maxFields must be an integer from 1 to/],
    [{ maxDepth: 65 }, /maxDepth must be an integer from 1 to 64/],
    [{ maxDepth: '8' }, /maxDepth must be an integer/],
    [{ instances: [] }, /instances must be an object/],
    [{ instances: { key: String } }, /instances\.config must be a function/],
    [{ instances: { key: 'tenant', config: String } }, /instances\.key must be a function/],
    [{ instances: { key: String, config: String, maxIdel: 5 } }, /instances: unknown option maxIdel; known are key, config, maxIdle, plugins/],
    [{ instances: { key: String, config: String, maxIdle: 0 } }, /instances\.maxIdle must be an integer from 1/],
    [{ instances: { key: String, config: String, plugins: 'x.so' } }, /instances\.plugins must be a list of IDs or file names/],
    [{ organizations: () => true }, /organizations must be an object/],
    [{ organizations: {} }, /organizations\.exists must be a function/],
    [{ organizations: { exist: String } }, /organizations: unknown option exist; known are exists, timeoutMilliseconds, typeBase/],
    [{ organizations: { exists: String, timeoutMilliseconds: 0 } }, /organizations\.timeoutMilliseconds must be an integer from 1 to 600000/],
    [{ organizations: { exists: String, typeBase: 7 } }, /organizations\.typeBase must be a string/],
    [{ baseFolder: 7 }, /baseFolder must be a path/],
    [{ copyPlugins: 'no' }, /copyPlugins must be a boolean/],
    [{ whole: 1 }, /whole must be a boolean/],
    [{ trustedKeys: [] }, /trustedKeys must be a list of public keys of minisign, at least one/],
    [{ trustedKeys: 'RWRE6ueVFUjL3iY0+leW2GA22CtQLPB+VEzdSBVFO8dWVME0VqKvBR6X' }, /trustedKeys must be a list/],
    [{ trustedKeys: [7] }, /trustedKeys must be a list/],
    [{ trustedKeys: ['RWRE6ueVFUjL3iY0+leW2GA22CtQLPB+VEzdSBVFO8dWVME0VqKvBR6X', 'x'] }, /^Error: loadPlugins: trusted key 2: it is not a public key of minisign/],
    [{ settings: [] }, /settings must be an object/],
    [{ settings: { x: { requierd: true } } }, /settings\.x: unknown option requierd; known are required, config/],
    [{ references: { Organization: {} } }, /references\.Organization must be a function/],
    [{ settings: { 'org.example.none': { required: true } } }, /Required plugins are not loaded: org\.example\.none/],
    [{ settings: { 'integrations.so': { required: true, config: { databse: {} } } } }, /databse: there is no such setting/],
  ];
  for (const [options, said] of cases) await assert.rejects(loadPlugins(bench.plugins, options), said);
  await assert.rejects(loadPlugins(join(bench.folder, 'nowhere')), /The plugins folder .*nowhere can't be read/);
  await assert.rejects(loadPlugins(), /the folder must be a path/);
});

test('files that are not plugins are reported and left out', async (t) => {
  const bench = new Bench(t);
  writeFileSync(join(bench.plugins, 'text.so'), 'not a library\n');
  copyFileSync(join(build, 'examples/node-host/gql_binding.node'), join(bench.plugins, 'other.so'));
  const refused = [];
  const plugins = await bench.load({ refused: (error) => refused.push(error) });
  assert.equal(plugins.about.length, 1);
  assert.deepEqual(refused.map(({ name, file }) => [name, file]), ['other', 'text'].map((name) => ['PluginRefused', join(bench.plugins, `${name}.so`)]));
  assert.match(refused[0].reasons[0], /gql_plugin_entry_v0/);
  assert.match(refused[1].reasons[0], /not an ELF file/);
});

test('without the option refused, the log reports refused plugins', async (t) => {
  const bench = new Bench(t);
  writeFileSync(join(bench.plugins, 'text.so'), 'not a library\n');
  const lines = [];
  await bench.load({ log: (level, message) => lines.push(`${level} ${message}`) });
  assert.match(lines.join('\n'), /^error The plugin .*text\.so was refused: .*not an ELF file/m);
});

/** Loads the plugins of a folder in a process of its own, without the option `log`. */
function load(folder, options) {
  const source = `const { loadPlugins } = await import(${JSON.stringify(join(root, 'examples/node-host/index.js'))});
    await (await loadPlugins(${JSON.stringify(folder)}, ${JSON.stringify(options)})).close();`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8', timeout: 60_000 });
}

const times = (text, part) => text.split(part).length - 1;

test('without the option log, standard error says what is refused, and why, once', async (t) => {
  const bench = new Bench(t, 'integrations', 'hello');
  const { stderr, status } = load(bench.plugins, { logLevel: 'warning', settings: { 'hello.so': { config: { greeting: 'x' } } } });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^\S+Z error The plugin .*hello\.so was refused: greeting: there is no such setting\. Known are: none$/m);
  assert.match(stderr, /^\S+Z error The plugin .*integrations\.so was refused: database: it is missing/m);
  assert.equal(times(stderr, 'it is missing'), 1, stderr);
  assert.equal(times(stderr, 'integrations.so'), 1, stderr);
});

test('an exception that nobody catches names the plugins that were found, and has each reason once', async (t) => {
  const bench = new Bench(t, 'integrations', 'hello');
  const { stderr, status } = load(bench.plugins, { settings: { 'org.example.helo': { required: true } } });
  assert.equal(status, 1);
  assert.match(stderr, /PluginsMissing: Required plugins are not loaded: org\.example\.helo\. Found: org\.example\.hello \(hello\.so\), org\.gql-integrations\.integrations \(integrations\.so\)$/m);
  assert.equal(times(stderr, 'it is missing'), 1, stderr);
});

test('settings without a plugin are reported, with the plugins that were found', async (t) => {
  const bench = new Bench(t);
  writeFileSync(join(bench.plugins, 'text.so'), 'not a library\n');
  const lines = [];
  const log = (level, message) => { if (level === 'warning') lines.push(message); };
  await bench.load({ settings: { ...bench.settings, 'org.example.non': { config: {} }, 'text.so': {} }, log });
  assert.deepEqual(lines, ['Settings without a plugin: org.example.non. Found: org.gql-integrations.integrations (integrations.so), refused (text.so)']);
});

test('a folder without plugins is reported', async (t) => {
  const bench = new Bench(t);
  rmSync(join(bench.plugins, 'integrations.so'));
  writeFileSync(join(bench.plugins, '.hidden.so'), 'an unfinished copy\n');
  const lines = [];
  await bench.load({ settings: {}, log: (level, message) => lines.push(`${level} ${message}`) });
  assert.deepEqual(lines, [`warning The plugins folder ${bench.plugins} holds no *.so`]);
  await assert.rejects(bench.load(), { name: 'PluginsMissing', message: `Required plugins are not loaded: integrations.so. The plugins folder ${bench.plugins} holds no *.so` });
});

test('a second plugin of one ID is refused, and settings for one plugin twice are an error', async (t) => {
  const bench = new Bench(t);
  copyFileSync(join(build, 'plugin/integrations.so'), join(bench.plugins, 'older.so'));
  const refused = [];
  await bench.load({ refused: (error) => refused.push(error) });
  const [{ file, id, reasons }] = refused;
  assert.deepEqual([file, id], [join(bench.plugins, 'older.so'), 'org.gql-integrations.integrations']);
  assert.deepEqual(reasons, [`it has the ID ${id}, as ${join(bench.plugins, 'integrations.so')} has: keep one of the two files`]);
  await assert.rejects(bench.load({ settings: { ...bench.settings, [id]: {} } }), /settings\.org\.gql-integrations\.integrations and settings\.integrations\.so are of the same plugin/);
});

test('a configuration is checked against the schema that the plugin publishes, before the plugin sees it', async (t) => {
  const bench = new Bench(t);
  const cases = [
    [{ database: {} }, 'database: `path` or `root` or `url` is required'],
    [{ database: { path: 'a', root: 'b' } }, 'database: `path` and `root` exclude each other; remove all but one'],
    [{ database: { path: '', fileMode: '0644' }, colour: 1 },
      /^database\.path: it must not be empty; database\.fileMode: it must be one of "0600", "0640", "0660"; colour: there is no such setting\. Known are: database,/],
    [{ database: { path: 'a', readers: 65, cacheKiB: '1' } }, 'database.readers: 65 is more than 64; database.cacheKiB: it must be of the type integer, not string'],
    [{ database: { path: 'a' }, credentials: {} }, 'credentials.keyring: it is missing, and has no default'],
    [{ database: { path: 'a' }, identifiers: { shard: 1 } }, /^identifiers\.shard: This setting was removed: /],
  ];
  for (const [config, said] of cases) {
    const error = await bench.load({ settings: { 'integrations.so': { required: true, config } } }).then(() => assert.fail('it was taken'), (reason) => reason);
    const [reason] = error.refused[0].reasons;
    if (typeof said === 'string') assert.equal(reason, said);
    else assert.match(reason, said);
  }
});

test('a misspelt name of a type, or of a plugin with an instance for each key, is reported', async (t) => {
  const bench = new Bench(t);
  const organization = () => null;
  await assert.rejects(bench.load({ references: { Organisation: organization } }),
    { message: 'loadPlugins: references.Organisation: the schema has no such type; plugins refer to Organization' });
  await bench.load({ references: { Organization: organization, User: organization }, schema: 'type User { id: ID }' });
  const instances = { key: String, config: () => ({}), plugins: ['integration.so'] };
  await assert.rejects(bench.load({ instances }), /instances\.plugins: no plugin has the ID or file name integration\.so; known are org\.gql-integrations\.integrations, /);
  writeFileSync(join(bench.plugins, 'zz.so'), 'a plugin that is refused, to which the name may belong');
  await bench.load({ references: { Organisation: organization } });
});

test('relative paths in settings are taken from baseFolder, also those of an instance for each key', async (t) => {
  const bench = new Bench(t);
  const baseFolder = bench.folder;
  await bench.load({ baseFolder, settings: { 'integrations.so': { config: { database: { path: 'one.db' } } } } });
  assert.ok(existsSync(join(bench.folder, 'one.db')));
  const instances = { key: ({ tenant }) => tenant, config: (tenant) => ({ database: { path: `${tenant}.db` } }) };
  const plugins = await bench.load({ baseFolder, settings: {}, instances });
  const contextValue = { tenant: 'red', pluginRequest: plugins.request({ actor: ACTOR }) };
  const source = '{ integrations(organizationId: "acme") { nodes { id } } }';
  assert.deepEqual((await graphql.graphql({ schema: plugins.schema, source, contextValue })).errors, undefined);
  assert.ok(existsSync(join(bench.folder, 'red.db')));
});

test('wrong requests', async (t) => {
  const plugins = await new Bench(t).load();
  assert.throws(() => plugins.request({ actor: { id: 'x', grants: [{ organizationId: null, actions: ['FLY'] }] } }), /FLY is not an action/);
  for (const grant of [{ actions: ['READ'] }, { organization: 'acme', actions: ['READ'] }, { organizationId: 7, actions: ['READ'] }]) {
    assert.throws(() => plugins.request({ actor: { id: 'x', grants: [grant] } }), /organizationId of a grant must be a string, or null for all/);
  }
  assert.throws(() => plugins.request({ actor: null, source: 'radio' }), /source must be one of/);
  assert.throws(() => plugins.request({ actor: { id: 7, grants: [] } }), /actor\.id must be a string/);
  const source = '{ integrations(organizationId: "acme") { nodes { id } } }';
  for (const contextValue of [undefined, {}, { pluginRequest: { cancel() {} } }]) {
    const { errors } = await graphql.graphql({ schema: plugins.schema, source, contextValue });
    assert.match(errors[0].message, /no request for plugins/);
  }
});

test('an answer that is not JSON is an error that quotes none of it', async (t) => {
  const plugins = await new Bench(t, 'unruly').load({ settings: {} });
  const [{ message, extensions }] = (await ask(plugins, '{ noJson }')).errors;
  assert.equal(extensions.code, 'INTERNAL_ERROR');
  assert.doesNotMatch(message, /nope|Unexpected|Expected/);
});

test('requestOf finds the request elsewhere', async (t) => {
  const plugins = await new Bench(t).load({ requestOf: (context) => context.deep.request });
  const contextValue = { deep: { request: plugins.request({ actor: ACTOR }) } };
  const source = '{ integrations(organizationId: "acme") { nodes { id } } }';
  assert.deepEqual((await graphql.graphql({ schema: plugins.schema, source, contextValue })).errors, undefined);
});

test('a deadline that has passed, and a request that is cancelled', async (t) => {
  const plugins = await new Bench(t).load();
  const source = '{ integrations(organizationId: "acme") { nodes { id } } }';
  for (const deadlineMilliseconds of [NaN, -1, '5', null]) {
    assert.throws(() => plugins.request({ actor: ACTOR, deadlineMilliseconds }), /deadlineMilliseconds must be a number that is not negative/);
  }
  const late = plugins.request({ actor: ACTOR, deadlineMilliseconds: 0.0001 });
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  const gone = plugins.request({ actor: ACTOR });
  gone.cancel();
  for (const pluginRequest of [late, gone]) {
    const { errors } = await graphql.graphql({ schema: plugins.schema, source, contextValue: { pluginRequest } });
    assert.equal(errors[0].extensions.code, 'SERVICE_UNAVAILABLE');
  }
});
