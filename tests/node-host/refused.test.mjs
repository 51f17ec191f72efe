// SPDX-License-Identifier: MIT
// A plugin that asks for what this host does not understand is refused with the reason. See annex.c.
import assert from 'node:assert/strict';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Bench, dataOf, PluginsMissing } from './support.mjs';

const schema = 'type Query { hello: String } interface Node { id: ID! } type Organization implements Node { id: ID! title: String! }';

async function reasonsOf(t, name) {
  const refused = [];
  const plugins = await new Bench(t, name).load({ schema, settings: {}, refused: (error) => refused.push(error) });
  return { about: plugins.about.map(({ id }) => id), reasons: refused.flatMap((error) => error.reasons) };
}

for (const [name, said] of Object.entries({
  annex_flag: /gql_plugin has the flags 0x00020000, which this host must understand but does not/,
  annex_resolver_flag: /gql_schema\.resolvers\[0\] has the flags 0x80000000, which this host must understand but does not/,
  annex_reserved: /gql_schema\.resolvers\[0\]\.reserved is 7, not 0/,
  annex_small: /gql_schema\.loaders\[0\]\.struct_size is 24, too small/,
  annex_required: /for `Organization\.above` requires `nonsense`, which the type does not have/,
})) {
  test(`${name} is refused with the reason`, async (t) => {
    const { about, reasons } = await reasonsOf(t, name);
    assert.deepEqual([about, reasons.length], [[], 1]);
    assert.match(reasons[0], said);
  });
}

test('a plugin for ABI 0.1 is refused with the reason', async (t) => {
  const { about, reasons } = await reasonsOf(t, '../abi/frozen/hello_0.1');
  assert.deepEqual([about, reasons.length], [[], 1]);
  assert.match(reasons[0], /plugin ABI 0\.[12]/);
});

test('a flag that may be ignored is ignored', async (t) => {
  assert.deepEqual(await reasonsOf(t, 'annex_ignored_flag'), { about: ['org.example.annex'], reasons: [] });
});

test('a resident plugin is loaded again and again', async (t) => {
  const bench = new Bench(t, 'annex');
  for (let round = 0; round < 3; round++) {
    const plugins = await bench.load({ schema, settings: {} });
    assert.deepEqual(await dataOf(plugins, '{ __type(name: "Left") { name } }'), { __type: { name: 'Left' } });
    await plugins.close();
  }
});

for (const [what, name] of Object.entries({ 'no plugin': undefined, 'of a schema that conflicts': 'annex_required', 'with a flag that is unknown': 'annex_flag' })) {
  test(`whole: with another one that is ${what}, none is loaded, and no database is made`, async (t) => {
    const bench = new Bench(t, 'integrations', ...[name ?? []].flat());
    if (!name) writeFileSync(join(bench.plugins, 'x.so'), 'x');
    renameSync(join(bench.plugins, `${name ?? 'x'}.so`), join(bench.plugins, 'z.so')); // After the other one.
    await assert.rejects(bench.load({ whole: true }), (error) => error instanceof PluginsMissing && /none is loaded\.\nThe plugin .*z\.so was refused/.test(error.message));
    assert.equal(existsSync(join(bench.folder, 'integrations.db')), false);
    assert.equal((await bench.load({ refused: () => {} })).about.length, 1);
    assert.equal(existsSync(join(bench.folder, 'integrations.db')), true);
  });
}

test('whole: with another one whose settings are wrong, none is loaded', async (t) => {
  const bench = new Bench(t, 'integrations', 'hello');
  await assert.rejects(bench.load({ whole: true, settings: { ...bench.settings, 'hello.so': { config: { x: 1 } } } }),
    (error) => error instanceof PluginsMissing && /hello\.so was refused: .*x/.test(error.message));
});

test('whole: what all can do, they do', async (t) => {
  const plugins = await new Bench(t, 'integrations', 'hello').load({ whole: true });
  assert.deepEqual(await dataOf(plugins, '{ hello(name: "you") integrations(organizationId: "acme", first: 1) { nodes { id } } }'),
    { hello: 'Hello, you!', integrations: { nodes: [] } });
});
