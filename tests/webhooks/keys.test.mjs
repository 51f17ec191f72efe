// SPDX-License-Identifier: MIT
// The keys of webhooks and their signatures.
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { after, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { makeKey, readSigners } from '../../examples/demo-host/webhooks/keys.js';
import { Desk } from './support.mjs';

const desk = new Desk();
after(() => desk.close());

/** Whether an Ed25519 signature is right, after the specification: of ID, timestamp and body, with dots between. */
function isRight(signature, content, whpk) {
  const x = Buffer.from(whpk.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(content), key, Buffer.from(signature.replace(/^v1a,/, ''), 'base64'));
}

test('v1 is what the package standardwebhooks verifies', () => {
  const { secret, verifier } = makeKey(true);
  assert.equal(verifier, secret);
  const [id, timestamp, body] = ['msg-1', Math.floor(Date.now() / 1000), '{"title":"Zoë"}'];
  const signature = readSigners([desk.key('v1', `${secret}\n`)], 'x')(id, timestamp, body);
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
  assert.deepEqual(new Webhook(secret).verify(body, headers), { title: 'Zoë' });
  assert.throws(() => new Webhook(secret).verify(`${body} `, headers), /signature/);
  assert.throws(() => new Webhook(makeKey(true).secret).verify(body, headers), /signature/);
});

test('v1a is what node:crypto verifies after the specification', () => {
  const { secret, verifier } = makeKey(false);
  const signature = readSigners([desk.key('v1a', secret)], 'x')('msg-1', 1_700_000_000, '{"title":"Zoë"}');
  assert.match(signature, /^v1a,[\w+/]{86}==$/);
  assert.ok(isRight(signature, 'msg-1.1700000000.{"title":"Zoë"}', verifier));
  assert.ok(!isRight(signature, 'msg-1.1700000001.{"title":"Zoë"}', verifier));
  assert.ok(!isRight(signature, 'msg-1.1700000000.{"title":"Zoë"}', makeKey(false).verifier));
});

test('v1a is what another implementation signs with the same key', () => {
  const file = desk.key('other', `whsk_${Buffer.from('TESTSIGNINGKEYDONOTUSETHISFORANY').toString('base64')}`);
  assert.equal(readSigners([file], 'x')('msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}'),
    'v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag==');
});

test('a key may have its public key behind it, if that is its own', () => {
  const { secret, verifier } = makeKey(false);
  const [seed, own, foreign] = [secret, verifier, makeKey(false).verifier].map((text) => Buffer.from(text.slice(5), 'base64'));
  const both = (key) => desk.key('both', `whsk_${Buffer.concat([seed, key]).toString('base64')}`);
  const short = readSigners([desk.key('seed', secret)], 'x')('m', 1, 'b');
  assert.equal(readSigners([both(own)], 'x')('m', 1, 'b'), short);
  assert.throws(() => readSigners([both(foreign)], 'x'), /holds no key/);
});

test('while a key is replaced, there is a signature of each', () => {
  const [older, newer, hmac] = [makeKey(false), makeKey(false), makeKey(true)];
  const files = [newer, older, hmac].map(({ secret }, i) => desk.key(`rotated${i}`, secret));
  const timestamp = Math.floor(Date.now() / 1000);
  const header = readSigners(files, 'x')('m', timestamp, '{}');
  const [first, second, third] = header.split(' ');
  assert.ok(isRight(first, `m.${timestamp}.{}`, newer.verifier) && isRight(second, `m.${timestamp}.{}`, older.verifier));
  assert.match(third, /^v1,/);
  new Webhook(hmac.secret).verify('{}', { 'webhook-id': 'm', 'webhook-timestamp': String(timestamp), 'webhook-signature': header });
});

test('a file that is no key, or that others can use, is refused without a word of what it holds', () => {
  const { secret } = makeKey(false);
  const base64 = secret.slice(5);
  const bytes = (prefix, count) => `${prefix}${Buffer.alloc(count, 'q').toString('base64')}`;
  mkdirSync(desk.path('folder'));
  const cases = [
    [secret, 0o604, /other users have access to it \(mode 604\): chmod 600/], [secret, 0o644, /mode 644/], [secret, 0o602, /mode 602/], [secret, 0o601, /mode 601/],
    ...['', base64, `whpk_${base64}`, `WHSK_${base64}`, ` ${secret}`, `${secret}\n${secret}`, `${secret}x`, `whsk_${base64.slice(4)}`, `whsk_${base64.replace(/=$/, '!')}`,
      `whsec_${Buffer.alloc(32).toString('base64').replace('A=', 'B=')}`, bytes('whsk_', 31), bytes('whsk_', 33), bytes('whsec_', 23), bytes('whsec_', 65), `${secret}${'\n'.repeat(5000)}`].map((text) => [text, 0o600, /holds no key: it must hold one line/]),
  ];
  for (const [text, mode, said] of cases) {
    const file = desk.key('refused', text, mode);
    assert.throws(() => readSigners([file], 'webhooks.endpoints.crm.secretFiles'), (error) => {
      assert.match(error.message, said, text);
      assert.ok(error.message.startsWith(`webhooks.endpoints.crm.secretFiles: ${file} `));
      const told = JSON.stringify([error.message, error.stack, String(error.cause ?? '')]);
      for (const part of [base64.slice(0, 8), 'cXFx']) assert.ok(!told.includes(part), told);
      return true;
    });
  }
  assert.throws(() => readSigners([desk.path('folder')], 'x'), /x: \S+folder can't be used: /);
  assert.throws(() => readSigners([desk.path('missing')], 'x'), /x: \S+missing can't be used: ENOENT/);
  for (const mode of [0o600, 0o400, 0o640]) readSigners([desk.key(`right${mode}`, secret, mode)], 'x');
  for (const count of [24, 64]) readSigners([desk.key(`right${count}`, bytes('whsec_', count))], 'x');
});
