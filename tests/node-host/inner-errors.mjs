// SPDX-License-Identifier: MIT
// A document with errors inside values, and the result that every server must have.
import { ACTOR, Bench } from './support.mjs';

export const HOST = 'type Query { hello: String } interface Node { id: ID! } type Integration { id: ID! }';
export const SOURCE = '{ a: shelf { label x: places { id } y: places { shout } full { id } n: note } b: shelf { label } nothing }';
const LOCKED = ['It is locked.', { code: 'PERMISSION_DENIED', status: 403 }];
export const EXPECTED = {
  data: {
    a: { label: 'A', x: [{ id: 'gadget:1' }, null, { id: 'gadget:3' }], y: [{ shout: 'gadget gadget:1!' }, null, { shout: 'gadget gadget:3!' }],
      full: null, n: null },
    b: { label: 'A' },
    nothing: null,
  },
  errors: [
    ['a.full.[1]', 'It is locked.', { code: 'PERMISSION_DENIED' }],
    ['a.n', 'There is no note.', { code: 'NOT_FOUND' }],
    ['a.x.[1]', ...LOCKED],
    ['a.y.[1]', ...LOCKED],
    ['nothing', 'There is nothing.', { code: 'NOT_FOUND' }],
  ],
};

function plain(value) {
  return JSON.parse(JSON.stringify(value));
}

/** Returns a result without locations, its errors in the order of their paths. */
export function summaryOf({ data, errors = [] }) {
  const list = plain(errors).map(({ message, path, extensions }) => [path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join('.'), message, extensions]);
  return { data: plain(data), errors: list.sort(([a], [b]) => (a < b ? -1 : 1)) };
}

export function contextOf(plugins) {
  return { pluginRequest: plugins.request({ actor: ACTOR }) };
}

export async function load(t) {
  return new Bench(t, 'workshop').load({ schema: HOST, settings: {} });
}
