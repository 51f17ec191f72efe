// SPDX-License-Identifier: MIT
// Which addresses webhooks are posted to, however they are written, and whatever names resolve to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { guardOf } from '../../examples/demo-host/webhooks/addresses.js';

/** Hosts as an operator could write them in a URL. */
const REFUSED = ['127.0.0.1', '127.1', '127.0.0.1.', '2130706433', '0x7f000001', '0x7f.1', '017700000001', '0177.0.0.1', '127.255.255.254', '0.0.0.0', '0', '10.0.0.1',
  '10.255.255.255', '100.64.0.1', '169.254.169.254', '0xa9fea9fe', '172.16.0.1', '172.31.255.255', '192.0.0.8', '192.168.1.1', '198.18.0.1', '198.19.255.255', '192.0.2.1',
  '203.0.113.9', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]',
  '[::ffff:10.0.0.1]', '[::ffff:8.8.8.8]', '[::127.0.0.1]', '[fe80::1]', '[febf::1]', '[fec0::1]', '[fc00::1]', '[fd12:3456::1]', '[ff02::1]', '[ff0e::1]', '[64:ff9b::7f00:1]',
  '[64:ff9b:1::1]', '[100::1]', '[2001::1]', '[2001:db8::1]', '[2002:7f00:1::]', '[3fff::1]', '[5f00::1]', '①②⑦.0.0.1'];
const PUBLIC = ['8.8.8.8', '1.1.1.1', '9.255.255.255', '11.0.0.0', '126.255.255.255', '128.0.0.1', '172.15.255.255', '172.32.0.1', '192.167.1.1', '223.255.255.255',
  '[2606:4700::1111]', '[2a00:1450::1]', '[2001:4860::8888]', '[2003::1]'];
const hostOf = (text) => new URL(`https://${text}/`).hostname;

test('addresses that are not public are refused in every notation', () => {
  const guard = guardOf([]);
  for (const host of REFUSED) assert.throws(() => guard.check(hostOf(host)), /is not a public address, and not one of webhooks\.allowedAddresses/, host);
  for (const host of [...PUBLIC, 'example.org', 'localhost']) guard.check(hostOf(host));
});

/** Looks a name up as net.connect does. Returns the addresses, or the message of the failure. */
function connectTo(guard, options = {}) {
  return new Promise((resolve) => {
    guard.lookup('name.example', options, (error, found, family) => resolve(error ? error.message : [found, family]));
  });
}

const resolving = (...addresses) => (host, options, done) => {
  assert.equal(options.all, true);
  done(null, addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));
};

test('a name that resolves to one is refused', async () => {
  for (const text of [...REFUSED.map(hostOf).filter((host) => !host.includes('name')), 'fe80::1%eth0', '2606:4700::1111%eth0', '::ffff:169.254.169.254', 'nonsense']) {
    const address = text.replace(/^\[(.*)\]$/, '$1');
    for (const all of [true, false]) {
      assert.equal(await connectTo(guardOf([], resolving(address)), { all }),
        `name.example is ${address}, which is not a public address, and not one of webhooks.allowedAddresses`);
    }
  }
});

test('of several addresses only those are connected to that are not refused', async () => {
  const guard = guardOf([], resolving('127.0.0.1', '8.8.8.8', '::1', '2606:4700::1111'));
  assert.deepEqual(await connectTo(guard, { all: true }), [[{ address: '8.8.8.8', family: 4 }, { address: '2606:4700::1111', family: 6 }], undefined]);
  assert.deepEqual(await connectTo(guard), ['8.8.8.8', 4]);
});

test('a name without an address, and a failure to resolve it', async () => {
  assert.match(await connectTo(guardOf([], resolving())), /^name\.example is nothing/);
  assert.equal(await connectTo(guardOf([], (host, options, done) => done(new Error('no such name')))), 'no such name');
});

test('the operator allows addresses and ranges', () => {
  const guard = guardOf(['127.0.0.1', '10.1.0.0/16', '::1', 'fd00::/8', '169.254.169.254/32']);
  for (const host of ['127.0.0.1', '2130706433', '10.1.255.1', '[::1]', '[fd12::1]', '169.254.169.254', '8.8.8.8']) guard.check(hostOf(host));
  for (const host of ['127.0.0.2', '10.2.0.1', '[fc00::1]', '169.254.169.253', '[::2]']) assert.throws(() => guard.check(hostOf(host)), /not a public address/, host);
});

test('what is no address or range is refused', () => {
  for (const text of ['', 'localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', '10.0.0/8', '::1/129', 'fe80::1%eth0', '10.0.0.0/1e1', '0x7f.1', '127.0.0.1 ']) {
    assert.throws(() => guardOf([text]), { message: `webhooks.allowedAddresses: ${text} is neither an address nor a range such as 10.0.0.0/8 or fd00::/8` });
  }
});
