// SPDX-License-Identifier: MIT
// One attempt, with receivers of every kind.
import assert from 'node:assert/strict';
import { once, setMaxListeners } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { guardOf } from '../../examples/demo-host/webhooks/addresses.js';
import { post } from '../../examples/demo-host/webhooks/post.js';
import { settle, TestTime, until } from './support.mjs';

const LOCAL = guardOf(['127.0.0.1']);
const TIMEOUTS = { connectMilliseconds: 5000, answerMilliseconds: 15_000 };
let servers;
let sockets;
let time;
let stop;

beforeEach(() => {
  servers = [];
  sockets = new Set();
  time = new TestTime();
  stop = new AbortController();
  setMaxListeners(0, stop.signal);
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) await new Promise((resolve) => { server.close(resolve); });
  await until(() => time.waits(TIMEOUTS.connectMilliseconds) + time.waits(TIMEOUTS.answerMilliseconds) === 0, 'no timer is left');
});

async function listen(server) {
  servers.push(server.on('connection', (socket) => sockets.add(socket.on('error', () => {}))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`http://127.0.0.1:${server.address().port}/hook?x=1`);
}

/** A receiver that writes bytes as soon as it has read something. */
const raw = (write) => listen(net.createServer((socket) => socket.once('data', () => write(socket))));
const attempt = (url, guard = LOCAL) => post(url, { 'webhook-id': 'm' }, '{"a":"ä"}', { guard, timeouts: TIMEOUTS, time, signal: stop.signal });

/** Waits until the sender has closed all its connections. */
const closed = () => until(() => [...sockets].every((socket) => socket.destroyed), 'the connections are closed');

test('what is posted', async () => {
  let got;
  const url = await listen(http.createServer(async (req, res) => {
    let body = '';
    for await (const chunk of req) body += chunk;
    got = { method: req.method, url: req.url, body, headers: req.headers };
    res.writeHead(202, { 'retry-after': '7' }).end('thanks');
  }));
  assert.deepEqual(await attempt(url), { status: 202, retryAfter: '7' });
  const { host, ...headers } = got.headers;
  assert.deepEqual({ ...got, headers }, { method: 'POST', url: '/hook?x=1', body: '{"a":"ä"}',
    headers: { 'webhook-id': 'm', 'content-type': 'application/json', 'content-length': '10', connection: 'close' } });
  assert.equal(host, url.host);
  await closed();
});

test('a redirect is an answer like others, and not followed', async () => {
  let requests = 0;
  const url = await listen(http.createServer((req, res) => {
    requests++;
    res.writeHead(307, { location: '/elsewhere' }).end();
  }));
  assert.deepEqual(await attempt(url), { status: 307, retryAfter: undefined });
  await closed();
  assert.equal(requests, 1);
});

const OK = 'HTTP/1.1 200 OK\r\n';
const FAILURES = {
  'closes without an answer': [(socket) => socket.end(), /socket hang up/],
  'resets the connection': [(socket) => socket.resetAndDestroy(), /ECONNRESET/],
  'answers garbage': [(socket) => socket.end('\0\x01garbage\r\n\r\n'), /Parse Error/],
  'answers with TLS': [(socket) => socket.end(Buffer.from('150303000202', 'hex')), /Parse Error/],
  'answers with endless headers': [(socket) => socket.write(`${OK}x: ${'y'.repeat(1 << 18)}`), /Header overflow/],
  'promises an answer without end': [(socket) => socket.write('HTTP/1.1 103 Early\r\n\r\n'.repeat(1000)), /more than 20 answers/],
  'goes on to say 100': [(socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'.repeat(1000)), /more than 20 answers/],
  'switches protocols': [(socket) => socket.write('HTTP/1.1 101 X\r\nconnection: upgrade\r\nupgrade: x\r\n\r\nx'), /closed without an answer|hang up/],
};
for (const [what, [write, said]] of Object.entries(FAILURES)) {
  test(`a receiver that ${what}`, async () => {
    const { failure } = await attempt(await raw(write));
    assert.match(failure, said);
    await closed();
  });
}

const ANSWERS = {
  'answers twice': `${OK}content-length: 2\r\n\r\nok${OK}content-length: 2\r\n\r\nok`,
  'answers twice, differently': `${OK}content-length: 0\r\n\r\nHTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n`,
  'answers, and then garbage': `${OK}content-length: 2\r\n\r\nok\0\x01garbage`,
  'breaks off its body': `${OK}content-length: 200\r\n\r\nok`,
  'answers in broken chunks': `${OK}transfer-encoding: chunked\r\n\r\nzz\r\n`,
};
for (const [what, bytes] of Object.entries(ANSWERS)) {
  test(`a receiver that ${what}: its first status counts`, async () => {
    assert.equal((await attempt(await raw((socket) => socket.end(bytes)))).status, 200);
    await closed();
  });
}

test('an answer without end is read as far as a few KiB', async () => {
  let written = 0;
  const url = await raw((socket) => {
    const more = () => {
      while (!socket.destroyed && socket.write('x'.repeat(1024))) written += 1024;
    };
    socket.on('drain', more).write(`${OK}\r\n`);
    more();
  });
  assert.equal((await attempt(url)).status, 200);
  await closed();
  assert.ok(written < 1 << 24, String(written)); // What the kernel holds for both sides.
});

test('an answer whose rest does not come holds its attempt until the connection is closed, a second later', async () => {
  for (const rest of ['content-length: 9\r\n\r\nx', 'transfer-encoding: chunked\r\n\r\n000', 'transfer-encoding: chunked\r\n\r\n0\r\na: b\r\n', '\r\n']) {
    const outcome = attempt(await raw((socket) => socket.write(OK + rest)));
    await until(() => time.waits(1000) === 1, 'it has its status');
    await time.advance(999);
    assert.equal(await Promise.race([outcome, settle()]), undefined);
    await time.advance(1);
    assert.equal((await outcome).status, 200);
    await closed();
  }
});

test('a receiver that hangs is left after the time for an answer', async () => {
  for (const [write, isAnswered] of [
    [() => {}, false],
    [(socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\n\r\n'), false],
    [(socket) => socket.write(OK), false],
    [(socket) => socket.write(`${OK}content-length: 9\r\n\r\nx`), true],
  ]) {
    const read = [];
    const outcome = attempt(await raw((socket) => read.push(write(socket))));
    await until(() => read.length > 0, 'the receiver has read something');
    await settle();
    await time.advance(TIMEOUTS.answerMilliseconds - 1);
    if (isAnswered) assert.equal((await outcome).status, 200);
    else assert.equal(await Promise.race([outcome, settle()]), undefined);
    await time.advance(1);
    await closed();
    if (!isAnswered) assert.deepEqual(await outcome, { failure: 'no complete answer within 15000 ms' });
  }
});

test('a receiver that does not finish the handshake is left after the time for a connection', async () => {
  const url = await raw(() => {});
  url.protocol = 'https:';
  const outcome = attempt(url);
  await until(() => sockets.size > 0, 'it is connected');
  await time.pass(TIMEOUTS.connectMilliseconds);
  assert.deepEqual(await outcome, { failure: 'no connection within 5000 ms' });
  await closed();
});

test('nobody listens', async () => {
  const url = await raw(() => {});
  await new Promise((resolve) => { servers.pop().close(resolve); });
  assert.match((await attempt(url)).failure, /ECONNREFUSED/);
});

test('the signal ends an attempt', async () => {
  const url = await raw(() => {});
  const outcome = attempt(url);
  await until(() => sockets.size > 0, 'it is connected');
  stop.abort();
  assert.deepEqual(await outcome, { failure: 'the gateway stops' });
  await closed();
});

test('no connection is made to an address that is refused', async () => {
  const url = await raw(() => {});
  for (const host of ['127.0.0.1', '2130706433', '127.1', 'localhost', 'rebound.example']) {
    const named = new URL(url);
    named.hostname = host;
    const resolve = (name, options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);
    assert.match((await attempt(named, guardOf([], resolve))).failure, /not a public address/);
  }
  assert.equal(sockets.size, 0);
});

test('a name that changes between two look-ups is looked up once, by what connects', async () => {
  const url = await raw((socket) => socket.end(`${OK}content-length: 0\r\n\r\n`));
  url.hostname = 'rebound.example';
  const answers = ['127.0.0.1', '127.0.0.2', '127.0.0.1'];
  const guard = guardOf(['127.0.0.1'], (name, options, done) => done(null, [{ address: answers.shift(), family: 4 }]));
  assert.equal((await attempt(url, guard)).status, 200);
  assert.equal(answers.length, 2);
  assert.match((await attempt(url, guard)).failure, /rebound\.example is 127\.0\.0\.2, which is not a public address/);
  assert.equal((await attempt(url, guard)).status, 200);
  assert.equal(answers.length, 0);
});
