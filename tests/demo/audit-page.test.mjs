// SPDX-License-Identifier: MIT
// Pages of events over calls that examine a bounded number of events each.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPage } from '../../examples/demo-host/audit/page.js';

const ALL = Array.from({ length: 30 }, (_, i) => ({ position: `p${i + 1}`, sequence: i + 1 }));
const EVERY = () => true;

/** A trail that is read as gql_events.read does, where a call examines `step` events. Counts the calls. */
function trail(matches, step) {
  const read = async ({ after, before, backward, limit }) => {
    read.calls++;
    assert.ok(limit > 0);
    const [low, high] = [Number(after?.slice(1) ?? 0), Number(before?.slice(1) ?? ALL.length + 1)];
    const between = ALL.filter(({ sequence }) => sequence > low && sequence < high);
    if (backward) between.reverse();
    const events = [];
    let examined = 0;
    for (const event of between) {
      if (examined === step || events.length === limit) break;
      examined++;
      if (matches(event)) events.push(event);
    }
    return { events, hasMore: examined < between.length, position: between[examined - 1]?.position };
  };
  read.calls = 0;
  return read;
}

const ordered = (direction, args) => ({ orderBy: { field: 'TIME', direction }, ...args });

/** Follows the pages from one end to the other. Returns the sequences, in the order of the list. */
async function walk(read, direction, name, size) {
  const found = [];
  for (let cursor = null, pages = 0; ; pages++) {
    assert.ok(pages < 100, 'the pages have no end');
    const isLast = name === 'last';
    const page = await readPage(read, ordered(direction, { [name]: size, [isLast ? 'before' : 'after']: cursor }));
    const { hasNextPage, hasPreviousPage, startCursor, endCursor } = page.pageInfo;
    const sequences = page.nodes.map(({ sequence }) => sequence);
    assert.ok(sequences.length <= size);
    found.splice(isLast ? 0 : found.length, 0, ...sequences);
    assert.deepEqual(page.edges, page.nodes.map((node) => ({ cursor: node.position, node })));
    assert.equal(isLast ? hasNextPage : hasPreviousPage, cursor !== null);
    if (!(isLast ? hasPreviousPage : hasNextPage)) return found;
    cursor = isLast ? startCursor : endCursor;
  }
}

test('every event is on one page, in both orders and from both ends', async () => {
  const rising = ALL.map(({ sequence }) => sequence);
  for (const step of [1, 3, 7, 100]) {
    for (const size of [1, 4, 29, 30, 31]) {
      for (const name of ['first', 'last']) {
        assert.deepEqual(await walk(trail(EVERY, step), 'ASC', name, size), rising);
        assert.deepEqual(await walk(trail(EVERY, step), 'DESC', name, size), [...rising].reverse());
      }
    }
  }
});

test('a filter that hardly anything matches costs a bounded number of calls for each page', async () => {
  const rare = ({ sequence }) => sequence === 2 || sequence === 29;
  const read = trail(rare, 1);
  const page = await readPage(read, ordered('ASC', { first: 5, after: 'p2' }));
  assert.deepEqual([page.nodes, page.pageInfo], [[], { hasNextPage: true, hasPreviousPage: true, startCursor: null, endCursor: 'p22' }]);
  assert.equal(read.calls, 20);
  for (const name of ['first', 'last']) {
    assert.deepEqual(await walk(trail(rare, 1), 'ASC', name, 5), [2, 29]);
    assert.deepEqual(await walk(trail(rare, 1), 'DESC', name, 5), [29, 2]);
  }
});

test('an empty page tells whether there is something, and an empty list has no cursors', async () => {
  const none = { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null };
  assert.deepEqual((await readPage(trail(EVERY, 9), ordered('ASC', { first: 0 }))).pageInfo, none);
  const empty = await readPage(trail(() => false, 100), ordered('DESC', {}));
  assert.deepEqual([empty.nodes, empty.pageInfo], [[], { ...none, hasNextPage: false }]);
});

test('arguments that make no page are rejected', async () => {
  for (const args of [{ first: -1 }, { first: 101 }, { last: -1 }, { last: 101 }, { first: 1, last: 1 }]) {
    await assert.rejects(readPage(trail(EVERY, 9), ordered('ASC', args)), ({ extensions }) => extensions.code === 'VALIDATION_ERROR');
  }
});
