// SPDX-License-Identifier: MIT
// The vault that all hosts of a run share, and its tokens: good ones, and one for each reason to
// reject a token.
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Vault } from '../../support-js/vault.mjs';

export const ISSUER = 'vault.example.org';
const LE64 = (number) => Buffer.from(new BigUint64Array([BigInt(number)]).buffer);

/** Pre-authentication encoding (PASETO, "Common implementation details"). */
function encode(pieces) {
  return Buffer.concat([LE64(pieces.length), ...pieces.flatMap((piece) => [LE64(piece.length), piece])]);
}

/** Signs a token with Node's own Ed25519, since any PASETO library must be able to make one. */
function mint(privateKey, claims, footer) {
  const header = 'v4.public.';
  const [message, foot] = [claims, footer].map((value) => Buffer.from(JSON.stringify(value)));
  const signature = sign(null, encode([Buffer.from(header), message, foot, Buffer.alloc(0)]), privateKey);
  return `${header}${Buffer.concat([message, signature]).toString('base64url')}.${foot.toString('base64url')}`;
}

/** Writes a keyring with one key, which vaultctl did not make. */
function foreignKey(vault) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const paserk = `k4.public.${publicKey.export({ format: 'jwk' }).x}`;
  writeFileSync(vault.keyring, JSON.stringify({ version: 1, keys: [{ paserk, state: 'active' }], revokedTokens: [] }));
  return { privateKey, kid: /k4\.pid\.\S+/.exec(vault.run('list'))[0] };
}

function otherVault(folder) {
  mkdirSync(folder);
  const vault = new Vault(folder);
  vault.keygen();
  return vault;
}

/** Changes a character of the claims, but not the signature. */
function forge(token) {
  return token.replace(/^(v4\.public\..{20})(.)/, (all, head, char) => head + (char === 'A' ? 'B' : 'A'));
}

const foreignTokens = ({ privateKey, kid }) => ({
  foreign: mint(privateKey, { sub: 'kv/test', aud: 'acme', iss: ISSUER }, { kid }),
  badClaims: mint(privateKey, { sub: 7, aud: 'acme', iss: ISSUER }, { kid }),
  expired: mint(privateKey, { sub: 'kv/test', aud: 'acme', iss: ISSUER, exp: '2020-01-01T00:00:00Z' }, { kid }), // vaultctl issues none.
});

/** Tokens that the active key signed. */
function tokensOf(issue) {
  const good = issue('--exp', '+1d');
  return {
    good,
    another: issue('--exp', '+1d'),
    notYetValid: issue('--nbf', '+1h'),
    revoked: issue('--jti', 'lost'),
    badSignature: forge(good),
    unsupportedVersion: good.replace('v4.public', 'v4.local'),
  };
}

/** The names that cases use as `$token.NAME`. */
export const TOKENS = ['foreign', 'badClaims', 'good', 'another', 'expired', 'notYetValid', 'revoked', 'badSignature',
  'unsupportedVersion', 'ofRetiredKey', 'ofRevokedKey', 'ofUnknownKey', 'ofOtherIssuer', 'ofOtherOrganization', 'long'];

/** Creates a vault with keys of every state, and the tokens. Returns {vault, tokens, remove}. */
export function makeVault() {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-vault-'));
  const vault = new Vault(folder);
  const issueWith = (secret, of = vault) => (...args) => of.issueWith(secret, 'acme', '--iss', ISSUER, ...args);
  const tokens = foreignTokens(foreignKey(vault));
  const lost = vault.keygen('lost');
  vault.keygen('former');
  vault.keygen('current');
  Object.assign(tokens, tokensOf(issueWith('current')), {
    ofRetiredKey: issueWith('former')(),
    ofRevokedKey: issueWith('lost')(),
    ofUnknownKey: issueWith('secret', otherVault(join(folder, 'other')))(),
    ofOtherIssuer: vault.issueWith('current', 'acme', '--iss', 'elsewhere.example.org'),
    ofOtherOrganization: vault.issueWith('current', 'globex', '--iss', ISSUER),
    long: `v4.public.${'A'.repeat(4096)}`,
  });
  vault.run('revoke', lost);
  vault.run('revoke-token', 'lost');
  return { vault, tokens, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
