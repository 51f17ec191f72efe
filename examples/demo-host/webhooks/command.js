#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// The operator's command for webhooks. It works beside running gateways: they share the folder of the configuration.
import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readConfig } from '../config.js';
import { makeKey, readVerifier } from './keys.js';
import { Store } from './store.js';

const HELP = `Usage: node command.js COMMAND [OPTION]…

  keygen --to FILE [--hmac]          makes a key: FILE is for the setting secretFiles. Writes the public key, which
                                     the receiver gets (v1a, Ed25519). With --hmac the receiver gets what FILE
                                     holds (v1, HMAC-SHA256)
  public --key FILE                  shows the public key again of a key that keygen made
  list --config FILE [FILTER]…       lists dead letters, and without --organization and --id the endpoints that are
                                     disabled; exits with 1 if there are any
       [--json]                      as JSON: an object for each, on a line of its own
  redeliver --config FILE FILTER…    has the gateway post dead letters once more, within seconds, or when it starts.
                                     Its log says what became of them
  forget --config FILE --organization ID
                                     removes the dead letters of an organization
  enable --config FILE --endpoint NAME
                                     ends the pause of an endpoint that answered 410 Gone. What was under way
                                     then waits for the end of its lease (webhooks.leaseMilliseconds)

  --config FILE      the gateway's configuration
  FILTER: --all, or what dead letters must have: --organization ID, --endpoint NAME, --id ID

Exit codes: 0 done, 1 something was found, 2 wrong usage, 3 a file can't be used, or no endpoint has
that name.
`;

const OPTIONS = { config: 'string', to: 'string', key: 'string', organization: 'string', endpoint: 'string', id: 'string', hmac: 'boolean', all: 'boolean',
  json: 'boolean', help: 'boolean' };
const DONE = 0;
const FOUND = 1;
const USAGE = 2;
const UNUSABLE = 3;

class WrongUsage extends Error {}

const write = (text) => process.stdout.write(`${text}\n`);

const unitsOf = (character) => character.split('').map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

/** IDs are whatever clients have sent: none may forge a line, or steer a terminal. In JSON, it means the same. */
const writeLine = (text) => write(text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, unitsOf));

function storeOf({ config: file, endpoint }) {
  const { webhooks } = readConfig(file);
  if (!webhooks) throw new Error(`${file}: it has no webhooks`);
  const store = new Store(webhooks.folder, webhooks.mostDeadLetters);
  checkEndpoint(endpoint, Object.keys(webhooks.endpoints), store);
  return store;
}

/** Mistyped, a name must not look like that of an endpoint that is well. One that was removed may have left something. */
function checkEndpoint(endpoint, configured, store) {
  const isKnown = endpoint === undefined || configured.includes(endpoint) || store.disabled().includes(endpoint) ||
    store.list().some((letter) => letter.endpoint === endpoint);
  if (!isKnown) throw new Error(`no endpoint has the name '${endpoint}'; there are: ${configured.join(', ')}`);
}

function lettersOf(store, { organization, endpoint, id }) {
  return store.list().filter((letter) => (organization ?? letter.organizationId) === letter.organizationId &&
    (endpoint ?? letter.endpoint) === letter.endpoint && (id ?? letter.id) === letter.id);
}

const verifierText = (file, verifier) => verifier ?? `${file}: the receiver gets what it holds`;

function keygen({ to, hmac }) {
  const { secret, verifier } = makeKey(hmac);
  try {
    writeFileSync(to, `${secret}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const reason = existsSync(to) ? 'is there already, and no key is replaced; name another file' : `can't be written: ${error.message}`;
    throw new Error(`'${to}' ${reason}`, { cause: error });
  }
  write(verifierText(to, hmac ? undefined : verifier));
  return DONE;
}

function showPublic({ key }) {
  write(verifierText(key, readVerifier(key)));
  return DONE;
}

function list(options) {
  const store = storeOf(options);
  const letters = lettersOf(store, options).map(({ place, ...letter }) => letter);
  const isOfLetters = (options.organization ?? options.id) !== undefined;
  const disabled = isOfLetters ? [] : store.disabled().filter((name) => (options.endpoint ?? name) === name);
  for (const name of disabled) writeLine(options.json ? JSON.stringify({ endpoint: name, disabled: true }) : `disabled  ${name}`);
  for (const letter of letters) {
    const { time, endpoint, organizationId, id, type, attempts, reason } = letter;
    writeLine(options.json ? JSON.stringify(letter) : `${time}  ${endpoint}  ${organizationId}  ${id}  ${type}  ${attempts} attempts: ${reason}`);
  }
  return letters.length + disabled.length > 0 ? FOUND : DONE;
}

function redeliver(options) {
  const { all, organization, endpoint, id } = options;
  if (!all && (organization ?? endpoint ?? id) === undefined) throw new WrongUsage('redeliver needs --all, --organization, --endpoint or --id');
  const store = storeOf(options);
  const letters = lettersOf(store, options);
  for (const { place } of letters) store.mark(place);
  write(`${letters.length} dead letters will be posted again`);
  return DONE;
}

function forget(options) {
  write(`${storeOf(options).forget(options.organization)} dead letters removed`);
  return DONE;
}

function enable(options) {
  const was = storeOf(options).enable(options.endpoint);
  write(`${options.endpoint} ${was ? 'is enabled' : 'was not disabled'}`);
  return DONE;
}

/** Each with the options that it needs. */
const COMMANDS = {
  keygen: [keygen, ['to'], ['hmac']],
  public: [showPublic, ['key'], []],
  list: [list, ['config'], ['organization', 'endpoint', 'id', 'all', 'json']],
  redeliver: [redeliver, ['config'], ['organization', 'endpoint', 'id', 'all']],
  forget: [forget, ['config', 'organization'], []],
  enable: [enable, ['config', 'endpoint'], []],
};

function parse(args) {
  const options = Object.fromEntries(Object.entries(OPTIONS).map(([name, type]) => [name, { type }]));
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new WrongUsage(error.message);
  }
}

function run(args) {
  const { values, positionals: [name, ...more] } = parse(args);
  if (values.help) {
    write(HELP.trimEnd());
    return DONE;
  }
  if (!Object.hasOwn(COMMANDS, name ?? '') || more.length > 0) throw new WrongUsage(name ? `unknown command '${[name, ...more].join(' ')}'` : 'a command is missing');
  const [command, needed, allowed] = COMMANDS[name];
  const missing = needed.filter((option) => !values[option]);
  if (missing.length > 0) throw new WrongUsage(`${name} needs --${missing.join(' and --')}`);
  const wrong = Object.keys(values).filter((option) => ![...needed, ...allowed].includes(option));
  if (wrong.length > 0) throw new WrongUsage(`${name} does not take --${wrong.join(' and --')}`);
  return command(values);
}

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`webhooks: ${error.message}${error instanceof WrongUsage ? '; see --help' : ''}\n`);
  process.exitCode = error instanceof WrongUsage ? USAGE : UNUSABLE;
}
