// SPDX-License-Identifier: MIT
// A vault for the benchmark: one key, and any number of tokens.
import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const HEADER = 'v4.public.';

/** Pre-authentication encoding of PASETO, section 2.2.1. */
export function encode(...pieces) {
  const number = (value) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    return bytes;
  };
  return Buffer.concat([number(pieces.length), ...pieces.flatMap((piece) => [number(piece.length), piece])]);
}

/** Writes a keyring with one key. Returns a function from claims to a token. */
export function makeVault(keyring) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const paserk = `k4.public.${publicKey.export({ format: 'jwk' }).x}`;
  writeFileSync(keyring, JSON.stringify({ version: 1, keys: [{ paserk, state: 'active' }] }));
  const nothing = Buffer.alloc(0);
  return (claims) => {
    const message = Buffer.from(JSON.stringify(claims));
    const signature = sign(null, encode(Buffer.from(HEADER), message, nothing, nothing), privateKey);
    return HEADER + Buffer.concat([message, signature]).toString('base64url');
  };
}
