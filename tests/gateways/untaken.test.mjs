// SPDX-License-Identifier: MIT
// Clients that send requests and do not read: what a server keeps for them is bounded.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { serveHttp } from '../../examples/demo-host/http-server.js';

describe('a client that does not take its answers', { timeout: 60_000 }, () => {
  const HUGE = 'x'.repeat(1 << 25); // More than the kernel keeps for a connection.
  const REQUEST = 'GET /graphql?query={a} HTTP/1.1\r\nhost: localhost\r\n\r\n';
  const clients = [];
  let log;
  let server;

  const serve = async (handle, patience) => {
    const respond = (req, res) => Promise.resolve(handle(res));
    log = [];
    server = await serveHttp(respond, { contextOf: () => ({}) }, { host: '127.0.0.1', port: 0 }, (...line) => log.push(line.join(' ')), { patience });
  };
  const connect = (bytes) => {
    const client = net.connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' }, () => client.write(bytes));
    clients.push(client.pause().on('error', () => {}));
    return client;
  };
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await server?.stop();
  });

  const WAYS = { 'at once': (res) => res.end(HUGE), 'in parts': (res) => res.writeHead(200) && res.write(HUGE) };
  for (const [how, write] of Object.entries(WAYS)) {
    test(`is disconnected: an answer that is written ${how}`, async () => {
      const answers = [];
      await serve((res) => answers.push(once(res, 'close')) && write(res), { mostUntaken: Infinity, timeToTake: 100 });
      const client = connect(REQUEST);
      while (answers.length === 0) await setTimeout(5);
      await answers[0];
      client.resume();
      await once(client, 'close');
      assert.match(log.join(), /^warning answers that were cut, because their clients took them too slowly: 1\. .* for 0\.1 s\./);
    });
  }

  test('is disconnected first if all wait for too much', async () => {
    const answers = [];
    const closed = [];
    const note = (res, i) => res.once('close', () => closed.push(i));
    await serve((res) => note(res, answers.push(res) - 1).end(HUGE), { mostUntaken: 5 << 24, timeToTake: 1 << 30 });
    for (let i = 0; i < 5; i++) {
      connect(REQUEST);
      while (answers.length === i) await setTimeout(5);
      while (closed.length < i - 1) await setTimeout(5);
    }
    assert.deepEqual(closed, [0, 1, 2]);
    clients[4].resume();
    await once(answers[4], 'finish');
    assert.deepEqual(closed.slice(0, 3), [0, 1, 2]);
    assert.equal(log.length, 1); // The others are counted in a minute.
    assert.ok(!answers[3].destroyed && !answers[3].socket.destroyed);
  });

  test('has one request under way, however many it pipelines', async () => {
    const waiting = [];
    let served = 0;
    await serve((res) => waiting.push(res) && served++, undefined);
    const client = connect(REQUEST.repeat(200));
    let text = '';
    client.on('data', (data) => { text += data; }).resume();
    for (let i = 0; i < 200; i++) {
      while (waiting.length === 0) await setTimeout(1);
      assert.equal(served, i + 1);
      waiting.shift().end(`answer ${i}.`);
    }
    while (!text.includes('answer 199.')) await setTimeout(5);
    assert.deepEqual(text.match(/answer \d+/g), Array.from({ length: 200 }, (_, i) => `answer ${i}`));
  });
});
