// SPDX-License-Identifier: MIT
// What is posted when, and what waits for what. The clock is the tests'.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Store } from '../../examples/demo-host/webhooks/store.js';
import { Desk, eventOf, Receiver, settle, until } from './support.mjs';

const LOOK = 2000; // Milliseconds, as in the sources.
const SWEEP = 600_000;
let desk;
let receiver;

beforeEach(async () => {
  desk = new Desk();
  receiver = await new Receiver().listen();
});
afterEach(async () => {
  await desk.close();
  await receiver.close();
  assert.ok(!desk.lines.join('\n').includes('Secret title'), 'the log repeats what events say');
});

const count = (wanted) => until(() => receiver.got.length >= wanted, `${wanted} requests`);
const acknowledged = (wanted, endpoint = 'a') => until(() => desk.events.of(`webhooks.${endpoint}`).length >= wanted, `${wanted} acknowledged`);
const letters = () => readdirSync(desk.path('state/dead'))
  .flatMap((name) => readdirSync(desk.path(`state/dead/${name}`)).map((file) => JSON.parse(readFileSync(join(desk.path('state/dead'), name, file)))));
const failing = (status, headers = {}) => (req, res) => res.writeHead(status, headers).end('no');

/** Has every event become a dead letter after one attempt. */
const once = (settings) => { settings.retries.attempts = 1; };

test('events are posted in the order of their organization, and acknowledged', async () => {
  desk.start(desk.settings([receiver.url]));
  desk.events.add(eventOf('acme', 1), eventOf('globex', 1), eventOf('acme', 2));
  await acknowledged(3);
  assert.deepEqual(receiver.ids.filter((id) => id.startsWith('acme')), ['acme-1', 'acme-2']);
  const { headers, body } = receiver.got.find((request) => request.headers['webhook-id'] === 'acme-1');
  assert.equal(headers['webhook-timestamp'], String(Math.floor(desk.time.now() / 1000)));
  assert.match(headers['webhook-signature'], /^v1,/);
  assert.deepEqual(JSON.parse(body), { type: 'integration.created', timestamp: '2026-11-27T08:00:00.000Z',
    data: { id: 'acme-1', organizationId: 'acme', aggregateType: 'Integration', eventType: 'CREATED',
      aggregateId: 'i-1', data: { title: { new: 'Secret title 1' } } } });
});

test('where somebody was is not posted', async () => {
  desk.start(desk.settings([receiver.url]));
  desk.events.add(eventOf('acme', 1, { clientAddress: '192.0.2.77', userAgent: 'Browser/1', actorId: 'user:ann' }));
  await count(1);
  assert.ok(!/192\.0\.2\.77|Browser/.test(receiver.got[0].body));
  assert.equal(receiver.got[0].json.data.actorId, 'user:ann');
});

test('an endpoint gets the organizations and types that it wants; the rest is acknowledged', async () => {
  const other = await new Receiver().listen();
  desk.start(desk.settings([receiver.url, other.url], ({ endpoints: { a, b } }) => {
    a.organizations = ['acme'];
    b.eventTypes = ['integration.deleted', 'integration.refused'];
  }));
  desk.events.add(eventOf('acme', 1), eventOf('globex', 1), eventOf('acme', 2, { eventType: 'DELETED' }), eventOf('acme', 3, { eventType: 'REFUSED' }),
    { position: 'p', organizationId: 'acme', sequence: 4, isErased: true });
  await acknowledged(5, 'a');
  await acknowledged(5, 'b');
  assert.deepEqual(receiver.ids, ['acme-1', 'acme-2']);
  assert.deepEqual(other.ids, ['acme-2', 'acme-3']);
  await other.close();
});

test('what fails is tried again after a delay that doubles, with the same ID, a new timestamp and a new signature', async () => {
  receiver.answer = failing(500);
  desk.start(desk.settings([receiver.url]));
  desk.events.add(eventOf('acme', 1), eventOf('acme', 2));
  for (const delay of [1000, 2000]) await desk.time.pass(delay);
  receiver.answer = (req, res) => res.writeHead(200).end();
  await desk.time.pass(4000);
  await acknowledged(2);
  assert.deepEqual(receiver.ids, ['acme-1', 'acme-1', 'acme-1', 'acme-1', 'acme-2']);
  const stamps = receiver.got.map(({ headers }) => Number(headers['webhook-timestamp']));
  assert.deepEqual(stamps.slice(1, 4).map((stamp, i) => stamp - stamps[i]), [1, 2, 4]);
  assert.notEqual(receiver.got[0].headers['webhook-signature'], receiver.got[1].headers['webhook-signature']);
  assert.match(desk.lines[0], /^warning webhooks: a: attempts that failed: 1; the last, of acme-1: status 500$/);
});

test('the delay is a random part of its bound', async () => {
  receiver.answer = failing(503);
  desk.time.random = () => 0.25;
  desk.start(desk.settings([receiver.url]));
  desk.events.add(eventOf('acme', 1));
  for (const delay of [250, 500, 1000]) await desk.time.pass(delay);
  await count(4);
});

test('the receiver says by Retry-After when to come again, within bounds', async () => {
  const date = () => new Date(desk.time.now() + 30_000).toUTCString();
  const { retries } = desk.settings([receiver.url]);
  for (const [header, delay] of [['30', 30_000], ['0', 1000], ['-5', 1000], ['soon', 1000], ['1e3', 1000], ['999999999999', retries.longestDelayMilliseconds],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 1000], ['Thu, 01 Jan 2099 00:00:00 GMT', retries.longestDelayMilliseconds]]) {
    receiver.answer = failing(503, { 'retry-after': header });
    const own = new Desk();
    own.start(own.settings([receiver.url]));
    own.events.add(eventOf('acme', 1));
    await until(() => own.time.waits(delay) > 0, `Retry-After: ${header} leads to ${delay} ms`);
    await own.close();
  }
  receiver.got = [];
  receiver.answer = failing(503, { 'retry-after': date() });
  desk.start(desk.settings([receiver.url]));
  desk.events.add(eventOf('acme', 1));
  await until(() => desk.lines.length > 0);
  await settle();
  await desk.time.advance(28_000);
  assert.equal(receiver.got.length, 1);
  await desk.time.advance(2001);
  await count(2);
});

test('an organization whose events fail holds up no other, and an endpoint no other', async () => {
  const broken = await new Receiver().listen();
  broken.answer = failing(500);
  receiver.answer = (req, res, { data }) => res.writeHead(data.organizationId === 'acme' ? 500 : 200).end();
  desk.start(desk.settings([receiver.url, broken.url]));
  for (let i = 1; i <= 20; i++) desk.events.add(eventOf('acme', i), eventOf('globex', i));
  await acknowledged(20);
  assert.deepEqual(receiver.ids.filter((id) => id.startsWith('globex')).length, 20);
  assert.deepEqual(receiver.ids.filter((id) => id.startsWith('acme')), ['acme-1']);
  assert.deepEqual([...broken.ids].sort(), ['acme-1', 'globex-1']);
  await broken.close();
});

test('429 holds all organizations of the endpoint', async () => {
  receiver.answer = failing(429, { 'retry-after': '20' });
  desk.start(desk.settings([receiver.url]));
  desk.events.add(eventOf('acme', 1));
  await count(1);
  await until(() => desk.time.waits(20_000) > 0);
  desk.events.add(eventOf('globex', 1));
  await settle();
  assert.equal(receiver.got.length, 1);
  receiver.answer = failing(200);
  await desk.time.pass(20_000);
  await acknowledged(2);
});

test('not more than eight requests of an endpoint are under way', async () => {
  const waiting = [];
  receiver.answer = (req, res) => waiting.push(res);
  desk.start(desk.settings([receiver.url]));
  for (let i = 0; i < 20; i++) desk.events.add(eventOf(`organization${i}`, 1));
  await until(() => waiting.length === 8);
  await settle();
  assert.equal(waiting.length, 8);
  for (let i = 0; i < 20; i++) (await until(() => waiting.shift())).end();
  await acknowledged(20);
});

test('after the last attempt an event is a dead letter, without its content, and the next one is posted', async () => {
  receiver.answer = (req, res, { data }) => res.writeHead(data.id === 'acme-1' ? 500 : 200).end('Secret answer');
  desk.start(desk.settings([receiver.url]));
  desk.events.add(eventOf('acme', 1), eventOf('acme', 2));
  for (const delay of [1000, 2000, 4000]) await desk.time.pass(delay);
  await acknowledged(2);
  assert.deepEqual(receiver.ids, ['acme-1', 'acme-1', 'acme-1', 'acme-1', 'acme-2']);
  const [letter, ...more] = letters();
  assert.deepEqual(more, []);
  const { died, ...rest } = letter;
  assert.ok(Math.abs(Date.parse(died) - desk.time.now()) < 60_000);
  assert.deepEqual(rest, { endpoint: 'a', id: 'acme-1', type: 'integration.created', organizationId: 'acme', aggregateId: 'i-1', time: '2026-11-27T08:00:00.000Z',
    attempts: 4, reason: 'status 500' });
  assert.ok(desk.lines.some((line) => line === 'error webhooks: a: acme-1 of acme is a dead letter after 4 attempts: status 500'));
});

test('a time is a bound, too', async () => {
  receiver.answer = failing(500);
  desk.start(desk.settings([receiver.url], ({ retries }) => { retries.giveUpMilliseconds = 2500; }));
  desk.events.add(eventOf('acme', 1));
  await desk.time.pass(1000);
  await until(() => letters().length === 1);
  assert.equal(letters()[0].attempts, 2);
});

test('there are not too many dead letters: the organization that has the most loses its oldest', async () => {
  receiver.answer = failing(400);
  desk.start(desk.settings([receiver.url], (settings) => {
    once(settings);
    settings.mostDeadLetters = 6;
  }));
  const few = ['acme', 'initech', 'umbrella', 'wayne'].map((organization) => eventOf(organization, 1));
  desk.events.add(...few);
  await acknowledged(4);
  desk.events.add(eventOf('globex', 1), eventOf('globex', 2), eventOf('globex', 3));
  await acknowledged(7);
  assert.deepEqual(letters().map(({ id }) => id).sort(), ['acme-1', 'globex-2', 'globex-3', 'initech-1', 'umbrella-1', 'wayne-1']);
  assert.ok(desk.lines.some((line) => line.includes('dead letters that were dropped, since there are more than webhooks.mostDeadLetters: 1')));
});

test('an event that can be neither delivered nor kept is not acknowledged until it is kept', async () => {
  receiver.answer = failing(400);
  desk.start(desk.settings([receiver.url], once));
  rmSync(desk.path('state/dead'), { recursive: true });
  writeFileSync(desk.path('state/dead'), '');
  desk.events.add(eventOf('acme', 1), eventOf('acme', 2), eventOf('globex', 1));
  await until(() => desk.lines.filter((line) => line.includes("can't be kept as a dead letter")).length === 2);
  assert.deepEqual(desk.events.of('webhooks.a'), []);
  assert.ok(!receiver.ids.includes('acme-2'));
  rmSync(desk.path('state/dead'));
  mkdirSync(desk.path('state/dead'));
  await desk.time.pass(LOOK);
  await acknowledged(3);
  assert.equal(letters().length, 3);
  assert.equal(receiver.got.length, 3);
});

/** Has the first acknowledgements fail. */
function refuseAcknowledgements(errors) {
  const source = desk.events.source;
  return async function* refusing(options) {
    for await (const event of source(options)) {
      const { acknowledge } = event;
      yield { ...event, acknowledge: () => (errors.length > 0 ? Promise.reject(errors.shift()) : acknowledge()) };
    }
  };
}

test('an acknowledgement that fails is tried again, without another post', async () => {
  const events = refuseAcknowledgements([new Error('The disk is full'), new Error('The disk is full')]);
  desk.start(desk.settings([receiver.url]), { events });
  desk.events.add(eventOf('acme', 1), eventOf('acme', 2));
  const failed = 'error webhooks: a: acme-1 is not acknowledged: The disk is full';
  for (const times of [1, 2]) {
    await until(() => desk.lines.filter((line) => line === failed).length === times);
    await desk.time.pass(LOOK);
  }
  await acknowledged(2);
  assert.deepEqual(receiver.ids, ['acme-1', 'acme-2']);
});

test('events that another gateway has taken over are left to it', async () => {
  const lost = Object.assign(new Error('Somebody else has the lease'), { extensions: { code: 'CONFLICT' } });
  desk.start(desk.settings([receiver.url]), { events: refuseAcknowledgements([lost]) });
  desk.events.add(eventOf('acme', 1), eventOf('acme', 2), eventOf('globex', 1));
  await acknowledged(1);
  await until(() => desk.lines.some((line) => line.includes('Somebody else has the lease')));
  await desk.time.advance(LOOK);
  assert.deepEqual([receiver.ids.includes('acme-2'), desk.events.of('webhooks.a')], [false, ['globex-1']]);
});

test('410 disables the endpoint until it is enabled, also over a restart; its events wait', async () => {
  receiver.answer = failing(410);
  const settings = desk.settings([receiver.url]);
  const running = desk.start(settings);
  desk.events.add(eventOf('acme', 1), eventOf('acme', 2));
  await until(() => desk.lines.some((line) => line.includes('webhooks: a: disabled')));
  const stopped = running.stop();
  await desk.time.advance(LOOK);
  await stopped;
  receiver.answer = failing(200);
  desk.start(settings);
  desk.events.add(eventOf('globex', 1));
  for (let i = 0; i < 3; i++) await desk.time.pass(LOOK);
  assert.equal(receiver.got.length, 1);
  assert.deepEqual(letters(), []);
  assert.equal(new Store(settings.folder, 9).enable('a'), true);
  await desk.time.pass(LOOK);
  await acknowledged(3);
  assert.deepEqual(receiver.ids.slice(1).sort(), ['acme-1', 'acme-2', 'globex-1']);
});

test('stopping waits for what is under way, and begins nothing', async () => {
  const waiting = [];
  receiver.answer = (req, res) => waiting.push(res);
  const running = desk.start(desk.settings([receiver.url]));
  desk.events.add(eventOf('acme', 1), eventOf('acme', 2));
  await until(() => waiting.length === 1);
  const stopped = running.stop();
  await settle();
  waiting[0].end();
  await stopped;
  assert.deepEqual(desk.events.of('webhooks.a'), ['acme-1']);
  assert.deepEqual(receiver.ids, ['acme-1']);
});

test('what hangs is cut off when the gateway stops, and posted again after the restart with the same ID', async () => {
  receiver.answer = () => {};
  const settings = desk.settings([receiver.url]);
  const running = desk.start(settings);
  desk.events.add(eventOf('acme', 1));
  await count(1);
  const stopped = running.stop();
  await desk.time.pass(10_000);
  await stopped;
  assert.deepEqual(desk.events.of('webhooks.a'), []);
  assert.deepEqual(letters(), []);
  receiver.answer = failing(204);
  desk.start(settings);
  await acknowledged(1);
  assert.deepEqual(receiver.ids, ['acme-1', 'acme-1']);
});

test('a wait between two attempts does not hold up the stop', async () => {
  receiver.answer = failing(500);
  const running = desk.start(desk.settings([receiver.url]));
  desk.events.add(eventOf('acme', 1));
  await until(() => desk.time.waits(1000) === 1);
  await running.stop();
  assert.deepEqual([desk.events.of('webhooks.a'), letters(), receiver.got.length], [[], [], 1]);
});

test('dead letters whose events are gone are dropped, but not those that can\'t be looked up', async () => {
  receiver.answer = failing(500);
  const find = (letter) => (letter.organizationId === 'moving' ? Promise.reject(new Error('It is moved')) : desk.events.find(letter));
  desk.start(desk.settings([receiver.url], once), { find });
  desk.events.add(eventOf('acme', 1), eventOf('globex', 1), eventOf('moving', 1));
  await acknowledged(3);
  desk.events.forget('acme-1');
  await until(() => desk.time.waits(LOOK) > 0);
  await desk.time.advance(SWEEP + LOOK);
  await until(() => letters().length === 2);
  assert.deepEqual(letters().map(({ id }) => id).sort(), ['globex-1', 'moving-1']);
  await until(() => desk.lines.some((line) => line.endsWith('which are kept: 1; the last: It is moved')));
  assert.ok(desk.lines.some((line) => line.includes('because their events are not there any more: 1')));
});

test('settings that are wrong are refused with the reason, and no secret', () => {
  const refused = (change, said, url = 'https://example.org/') => {
    assert.throws(() => desk.start(desk.settings([url], change)), (error) => {
      assert.match(error.message, said);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    });
  };
  const none = () => {};
  refused((settings) => { settings.allowHttp = false; }, /^webhooks\.endpoints\.a\.url: it is not an address that begins with https:\/\/; webhooks\.allowHttp allows http:\/\/$/, receiver.url);
  for (const url of ['ftp://example.org/', 'file:///etc/passwd', 'example.org', '', 'javascript:1', 'https://']) refused(none, /begins with https:\/\/ or http:\/\//, url);
  refused(none, /^webhooks\.endpoints\.a\.url: it must not hold a user name or a password$/, 'https://ann:hunter2@example.org/');
  refused(none, /^webhooks\.endpoints\.a\.url: 169\.254\.169\.254 is not a public address/, 'http://0xa9fea9fe/latest');
  refused((settings) => { settings.allowedAddresses = ['all']; }, /^webhooks\.allowedAddresses: all is neither/);
  refused(({ endpoints }) => { endpoints['../x'] = endpoints.a; }, /^webhooks\.endpoints\.\.\.\/x: a name has 1 to 32 of/);
  refused(({ endpoints }) => { endpoints.a.secretFiles = [desk.key('open', 'whsec_hunter2', 0o644)]; }, /^webhooks\.endpoints\.a\.secretFiles: \S+open can't be used: other users/);
});
