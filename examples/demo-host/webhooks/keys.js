// SPDX-License-Identifier: MIT
// The keys that sign webhooks, after Standard Webhooks 1.0: `whsec_` (HMAC-SHA256, signatures `v1`) and
// `whsk_` (Ed25519, signatures `v1a`). No message of this file repeats what a key file holds.
import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';

const [LEAST, MOST] = [24, 64]; // Bytes of a `whsec_` key: the specification's limits.
const SEED = 32; // Bytes of an Ed25519 key; some write the public key behind it.
const LARGEST_FILE = 4096; // Bytes.
const OTHERS = 0o007; // Permissions of users that are neither the owner nor in the group.
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex'); // Of an Ed25519 key, before the seed (RFC 8410).

const FORM = `it must hold one line: whsec_ and ${LEAST} to ${MOST} bytes in base64, or whsk_ and an Ed25519 key in base64. ` +
  'The command `keygen` makes one';

function publicOf(privateKey) {
  return Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x, 'base64url');
}

/** What a receiver gets of a key that signs by Ed25519. */
const verifierOf = (privateKey) => `whpk_${publicOf(privateKey).toString('base64')}`;

function symmetric(key) {
  if (key.length < LEAST || key.length > MOST) return undefined;
  return { sign: (content) => `v1,${createHmac('sha256', key).update(content).digest('base64')}` };
}

function asymmetric(key) {
  if (key.length !== SEED && key.length !== 2 * SEED) return undefined;
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, key.subarray(0, SEED)]), format: 'der', type: 'pkcs8' });
  if (key.length > SEED && !publicOf(privateKey).equals(key.subarray(SEED))) return undefined;
  return { sign: (content) => `v1a,${sign(null, content, privateKey).toString('base64')}`, verifier: verifierOf(privateKey) };
}

const KINDS = { whsec_: symmetric, whsk_: asymmetric };

/** Returns {sign, verifier} of a key: `sign` returns a signature; `verifier` is missing with HMAC. Undefined if the text is none. */
function signerOf(text) {
  const [, prefix, base64] = /^(whsec_|whsk_)([A-Za-z0-9+/]+={0,2})\s*$/.exec(text) ?? [];
  if (!prefix) return undefined;
  const key = Buffer.from(base64, 'base64');
  const isCanonical = key.toString('base64').replace(/=+$/, '') === base64.replace(/=+$/, '');
  return isCanonical ? KINDS[prefix](key) : undefined;
}

function readPrivate(file) {
  const descriptor = openSync(file, 'r');
  try {
    const { mode, size } = fstatSync(descriptor);
    if (mode & OTHERS) throw new Error(`other users have access to it (mode ${(mode & 0o777).toString(8)}): chmod 600 ${file}`);
    return size > LARGEST_FILE ? '' : readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** As signerOf, of what a file holds. */
function readSigner(file, what) {
  let text;
  try {
    text = readPrivate(file);
  } catch (error) {
    throw new Error(`${what}: ${file} can't be used: ${error.message}`, { cause: error });
  }
  const signer = signerOf(text);
  if (!signer) throw new Error(`${what}: ${file} holds no key: ${FORM}`);
  return signer;
}

/**
 * Reads key files. `what` names the setting in a failure. Returns a function (id, timestamp, body) that
 * returns the value of the header webhook-signature: a signature for each key, in their order.
 */
export function readSigners(files, what) {
  const signers = files.map((file) => readSigner(file, what));
  return (id, timestamp, body) => {
    const content = Buffer.from(`${id}.${timestamp}.${body}`);
    return signers.map((signer) => signer.sign(content)).join(' ');
  };
}

/** Returns what the receiver gets of the key in a file; undefined with HMAC: what the file holds. */
export function readVerifier(file) {
  return readSigner(file, '--key').verifier;
}

/** Makes a key. Returns {secret, verifier}: what the key file holds, and what the receiver gets; with HMAC that is the secret itself. */
export function makeKey(isSymmetric) {
  if (isSymmetric) {
    const secret = `whsec_${randomBytes(SEED).toString('base64')}`;
    return { secret, verifier: secret };
  }
  const { privateKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(PKCS8.length);
  return { secret: `whsk_${seed.toString('base64')}`, verifier: verifierOf(privateKey) };
}
