// SPDX-License-Identifier: MIT
// vaultctl and the npm package `paseto` read each other's keys and tokens.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { PublicProtocol } from 'paseto';
import {
  ExportPublicKeyFactory, GenerateKeyPairFactory, ImportPublicKeyFactory,
  SignFactory, VerifyFactory,
} from 'paseto/v4/public';

globalThis.crypto ??= webcrypto; // Node 18 has it only in node:crypto.

const vaultctl = process.env.VAULTCTL;
const folder = mkdtempSync(join(tmpdir(), 'vault-interop-'));
const v4 = new PublicProtocol(
  ExportPublicKeyFactory, GenerateKeyPairFactory, ImportPublicKeyFactory,
  SignFactory, VerifyFactory,
);

after(() => rmSync(folder, { recursive: true }));

function run(...args) {
  const env = { ...process.env, VAULT_PASSPHRASE: 'test' };
  const stdio = ['ignore', 'pipe', 'pipe'];
  return execFileSync(vaultctl, args, { encoding: 'utf8', env, stdio }).trim();
}

/** A key pair made by the package, and a keyring that holds its public key. */
async function foreignKey() {
  const { publicKey, secretKey } = await v4.GenerateKeyPair({ extractable: true });
  const keyring = join(folder, `${Math.random()}.json`);
  const paserk = await v4.ExportPublicKey(publicKey);
  writeFileSync(keyring, JSON.stringify({ version: 1, keys: [{ paserk, state: 'active' }] }));
  const kid = run('list', '--keyring', keyring).match(/k4\.pid\.\S+/)[0];
  return { publicKey, secretKey, keyring, kid };
}

test('vaultctl verifies tokens that the package signs', async () => {
  const { secretKey, keyring, kid } = await foreignKey();
  for (let i = 0; i < 20; i++) {
    const claims = { sub: `kv/${i}`, aud: 'acme', note: 'ünïcödé'.repeat(i) };
    const footer = i % 2 ? new TextEncoder().encode(JSON.stringify({ kid })) : undefined;
    const token = await v4.Sign(secretKey, claims, footer ? { footer } : {});
    const seen = JSON.parse(run('verify', '--keyring', keyring, '--aud', 'acme', token));
    assert.equal(seen.sub, claims.sub);
    assert.equal(seen.note, claims.note);
  }
});

test('vaultctl rejects a token of the package that was changed', async () => {
  const { secretKey, keyring } = await foreignKey();
  const token = await v4.Sign(secretKey, { sub: 'kv/a', aud: 'acme' }, {});
  const changed = token.slice(0, 30) + (token[30] === 'A' ? 'B' : 'A') + token.slice(31);
  const verify = () => run('verify', '--keyring', keyring, '--aud', 'acme', changed);
  assert.throws(verify, /bad_signature/);
});

test('the package verifies tokens that vaultctl issues', async () => {
  const keyring = join(folder, 'own.json');
  const secret = join(folder, 'own.secret');
  const kid = run('keygen', '--keyring', keyring, '--secret', secret);
  const [{ paserk }] = JSON.parse(readFileSync(keyring, 'utf8')).keys;
  const publicKey = await v4.ImportPublicKey(paserk);
  for (let i = 0; i < 5; i++) {
    const token = run('issue', '--secret', secret, '--aud', 'acme', '--sub', `kv/${i}`,
      '--exp', '+1h', '--iss', 'vault');
    const footer = Buffer.from(token.split('.')[3], 'base64url');
    assert.deepEqual(JSON.parse(footer), { kid });
    const { claims } = await v4.Verify(publicKey, token, { footer: new Uint8Array(footer) });
    assert.equal(claims.sub, `kv/${i}`);
    assert.equal(claims.iss, 'vault');
  }
});
