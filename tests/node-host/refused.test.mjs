// SPDX-License-Identifier: MIT
// A plugin that asks for what this host does not understand is refused with the reason. See annex.c.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bench, dataOf } from './support.mjs';

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
