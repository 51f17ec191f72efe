// SPDX-License-Identifier: MIT
// What webhooks keep on disk, in a folder that only the gateway's user can read. Gateways and the command may use it
// at the same time: each file is written whole, and moved by one of them.
//
//   dead/ORGANIZATION/ID.ENDPOINT.json    a dead letter
//   again/ORGANIZATION.ID.ENDPOINT.json   one that the operator wants to be posted again
//   disabled/ENDPOINT.json                an endpoint that answered 410 Gone
//
// ORGANIZATION is a hash, since an ID need not be a file name. A letter says which event was not delivered, and has
// nothing of its content: that is read from the audit trail when the letter is posted again.
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FOLDERS = ['dead', 'again', 'disabled'];
const LETTER = /^[\w-]+\.[\w-]+\.json$/; // Not what a gateway that was killed has left half written.
const MARKED = /^([\da-f]{64})\.([\w-]+\.[\w-]+\.json)$/;

const hashOf = (organizationId) => createHash('sha256').update(organizationId).digest('hex');

function syncFolder(folder) {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Writes a file that is there as a whole, and durable, or not at all. */
function writeWhole(file, value) {
  const part = `${file}.${process.pid}.part`;
  const descriptor = openSync(part, 'w', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(value)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(part, file);
  syncFolder(dirname(file));
}

/** Runs a function that fails with ENOENT if somebody else was faster. Returns whether it succeeded. */
function isFirst(run) {
  try {
    run();
    return true;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

export class Store {
  #folder;
  #most;

  /** `most`: how many dead letters are kept; beyond, the organization that has the most loses its oldest. */
  constructor(folder, most) {
    this.#folder = folder;
    this.#most = most;
    for (const name of FOLDERS) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
  }

  #path(...names) {
    return join(this.#folder, ...names);
  }

  /** The names of an organization's letters, the oldest event first. */
  #namesOf(hash) {
    let names = [];
    isFirst(() => { names = readdirSync(this.#path('dead', hash)); });
    return names.filter((name) => LETTER.test(name)).sort();
  }

  #read(hash, name) {
    let letter;
    isFirst(() => { letter = { ...JSON.parse(readFileSync(this.#path('dead', hash, name), 'utf8')), place: { hash, name } }; });
    return letter;
  }

  /** Returns the dead letters, with their `place`. */
  list() {
    return readdirSync(this.#path('dead'))
      .flatMap((hash) => this.#namesOf(hash).map((name) => this.#read(hash, name)))
      .filter((letter) => letter !== undefined);
  }

  /** Keeps a letter. Returns how many others were dropped for it. */
  add(letter) {
    const hash = hashOf(letter.organizationId);
    mkdirSync(this.#path('dead', hash), { recursive: true, mode: 0o700 });
    syncFolder(this.#path('dead'));
    writeWhole(this.#path('dead', hash, `${letter.id}.${letter.endpoint}.json`), letter);
    return this.#trim();
  }

  #trim() {
    const all = readdirSync(this.#path('dead')).map((hash) => ({ hash, names: this.#namesOf(hash) }));
    const dropped = all.reduce((sum, { names }) => sum + names.length, 0) - this.#most;
    for (let i = 0; i < dropped; i++) {
      const fullest = all.reduce((most, each) => (each.names.length > most.names.length ? each : most));
      this.remove({ hash: fullest.hash, name: fullest.names.shift() });
    }
    return Math.max(0, dropped);
  }

  /** Removes the letter at a place. */
  remove({ hash, name }) {
    rmSync(this.#path('dead', hash, name), { force: true });
  }

  /** Has a gateway post the letter at a place again. */
  mark({ hash, name }) {
    isFirst(() => renameSync(this.#path('dead', hash, name), this.#path('again', `${hash}.${name}`)));
  }

  /** Returns the letters that are marked, which are dead letters again from now on, until they are removed. */
  takeMarked() {
    const found = readdirSync(this.#path('again')).map((file) => MARKED.exec(file)).filter((match) => match !== null);
    return found
      .filter(([file, hash, name]) => isFirst(() => renameSync(this.#path('again', file), this.#path('dead', hash, name))))
      .map(([, hash, name]) => this.#read(hash, name))
      .filter((letter) => letter !== undefined);
  }

  /** Removes all letters of an organization. Returns how many. */
  forget(organizationId) {
    const hash = hashOf(organizationId);
    const marked = readdirSync(this.#path('again')).filter((file) => file.startsWith(`${hash}.`));
    for (const file of marked) rmSync(this.#path('again', file), { force: true });
    const count = marked.length + this.#namesOf(hash).length;
    rmSync(this.#path('dead', hash), { recursive: true, force: true });
    return count;
  }

  disable(endpoint, since) {
    writeWhole(this.#path('disabled', `${endpoint}.json`), { since });
  }

  /** Returns whether the endpoint was disabled. */
  enable(endpoint) {
    return isFirst(() => rmSync(this.#path('disabled', `${endpoint}.json`)));
  }

  isDisabled(endpoint) {
    return existsSync(this.#path('disabled', `${endpoint}.json`));
  }

  disabled() {
    return readdirSync(this.#path('disabled')).filter((name) => /^[\w-]+\.json$/.test(name)).map((name) => name.slice(0, -5));
  }
}
