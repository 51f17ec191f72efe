// SPDX-License-Identifier: MIT
// Cancelling a request cancels its calls, those under way and those that follow, and no others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTOR, Bench, graphql } from './support.mjs';

const LONG = 20_000; // Milliseconds; a cancelled call ends long before.

/** Returns a function that creates a request, and one whose two calls tell when it was cancelled. */
async function prepare(t) {
  const plugins = await new Bench(t, 'integrations', 'workshop').load();
  const request = () => plugins.request({ actor: ACTOR });
  const ask = async (pluginRequest, milliseconds) => {
    const source = `{ one: cancelled(milliseconds: ${milliseconds}) two: cancelled(milliseconds: ${milliseconds}) }`;
    const { data, errors } = await graphql.graphql({ schema: plugins.schema, source, contextValue: { pluginRequest } });
    assert.equal(errors, undefined);
    return [data.one, data.two];
  };
  return { request, ask };
}

test('all calls under way of a cancelled request are cancelled', async (t) => {
  const { request, ask } = await prepare(t);
  const cancelled = request();
  const answers = [ask(cancelled, LONG), ask(cancelled, LONG)];
  cancelled.cancel();
  assert.deepEqual(await Promise.all(answers), Array(2).fill(['during the call', 'during the call']));
});

test('the calls of other requests are not', async (t) => {
  const { request, ask } = await prepare(t);
  const [before, cancelled, after] = [request(), request(), request()];
  const answers = [ask(before, 300), ask(cancelled, LONG), ask(after, 300)];
  cancelled.cancel();
  assert.deepEqual(await Promise.all(answers), [['never', 'never'], ['during the call', 'during the call'], ['never', 'never']]);
});

test('a call finds its request cancelled from the beginning', async (t) => {
  const { request, ask } = await prepare(t);
  const cancelled = request();
  cancelled.cancel();
  assert.deepEqual(await ask(cancelled, LONG), ['before the call', 'before the call']);
  assert.deepEqual(await ask(request(), 1), ['never', 'never']);
});

test('calls that end before or after others leave those to be cancelled', async (t) => {
  const { request, ask } = await prepare(t);
  const [cancelled, other] = [request(), request()];
  const long = [ask(cancelled, LONG)];
  const short = [ask(other, 50), ask(cancelled, 100)];
  long.push(ask(cancelled, LONG));
  assert.deepEqual(await Promise.all(short), [['never', 'never'], ['never', 'never']]);
  cancelled.cancel();
  cancelled.cancel();
  assert.deepEqual(await Promise.all(long), Array(2).fill(['during the call', 'during the call']));
  other.cancel(); // None of its calls is under way.
});
