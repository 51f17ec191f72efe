// SPDX-License-Identifier: MIT
// Checks the options of loadPlugins and fills in the defaults.
import { createLog, LOG_LEVELS } from './standard-log.js';

const FUNCTIONS = ['requestOf', 'log', 'refused'];
const OBJECTS = ['settings', 'references', 'instances', 'organizations'];
/** The default and the highest value. The host library does not read selections that are nested more than 64 deep. */
const COUNTS = { maxFields: [10_000, Number.MAX_SAFE_INTEGER], maxDepth: [64, 64] };
/** How many instances without calls are kept. */
const MAX_IDLE = 1000;
/** How long the host may take to say whether an organization exists. */
const TIMEOUT_MILLISECONDS = 5000;
const TYPE_BASE = 'urn:gql-integrations:problem:';
const NAMES = ['schema', 'logLevel', 'baseFolder', 'copyPlugins', 'whole', 'trustedKeys', ...FUNCTIONS, ...OBJECTS, ...Object.keys(COUNTS)];

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function checkKeys(object, known, where) {
  const unknown = Object.keys(object).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new TypeError(`${where}: unknown option ${unknown.join(', ')}; known are ${known.join(', ')}`);
}

function checkSettings(settings) {
  for (const [key, own] of Object.entries(settings)) {
    if (!isObject(own)) throw new TypeError(`loadPlugins: settings.${key} must be an object`);
    checkKeys(own, ['required', 'config'], `loadPlugins: settings.${key}`);
  }
}

function checkInstances(instances) {
  const { key, config, maxIdle = MAX_IDLE, plugins } = instances;
  checkKeys(instances, ['key', 'config', 'maxIdle', 'plugins'], 'loadPlugins: instances');
  for (const [name, value] of Object.entries({ key, config })) {
    if (typeof value !== 'function') throw new TypeError(`loadPlugins: instances.${name} must be a function`);
  }
  if (!Number.isInteger(maxIdle) || maxIdle < 1) throw new TypeError('loadPlugins: instances.maxIdle must be an integer from 1');
  if (plugins !== undefined && !(Array.isArray(plugins) && plugins.every((name) => typeof name === 'string'))) {
    throw new TypeError('loadPlugins: instances.plugins must be a list of IDs or file names');
  }
  return { key, config, maxIdle, plugins };
}

function checkOrganizations(organizations) {
  const { exists, timeoutMilliseconds = TIMEOUT_MILLISECONDS, typeBase = TYPE_BASE } = organizations;
  checkKeys(organizations, ['exists', 'timeoutMilliseconds', 'typeBase'], 'loadPlugins: organizations');
  if (typeof exists !== 'function') throw new TypeError('loadPlugins: organizations.exists must be a function');
  if (!Number.isInteger(timeoutMilliseconds) || timeoutMilliseconds < 1 || timeoutMilliseconds > 600_000) {
    throw new TypeError('loadPlugins: organizations.timeoutMilliseconds must be an integer from 1 to 600000');
  }
  if (typeof typeBase !== 'string') throw new TypeError('loadPlugins: organizations.typeBase must be a string');
  return { exists, timeoutMilliseconds, typeBase };
}

function checkCounts(options) {
  for (const [name, [, highest]] of Object.entries(COUNTS)) {
    const value = options[name];
    const isCount = Number.isInteger(value) && value > 0 && value <= highest;
    if (value !== undefined && !isCount) throw new TypeError(`loadPlugins: ${name} must be an integer from 1 to ${highest}`);
  }
}

/** An empty list would trust everything. */
function checkTrustedKeys({ trustedKeys }) {
  if (trustedKeys === undefined) return;
  const isList = Array.isArray(trustedKeys) && trustedKeys.length > 0 && trustedKeys.every((key) => typeof key === 'string');
  if (!isList) throw new TypeError('loadPlugins: trustedKeys must be a list of public keys of minisign, at least one');
}

function check(options) {
  checkKeys(options, NAMES, 'loadPlugins');
  for (const name of FUNCTIONS) {
    if (options[name] !== undefined && typeof options[name] !== 'function') throw new TypeError(`loadPlugins: ${name} must be a function`);
  }
  for (const name of OBJECTS) {
    if (options[name] !== undefined && !isObject(options[name])) throw new TypeError(`loadPlugins: ${name} must be an object`);
  }
  for (const [type, resolve] of Object.entries(options.references ?? {})) {
    if (typeof resolve !== 'function') throw new TypeError(`loadPlugins: references.${type} must be a function`);
  }
  if (options.logLevel !== undefined && !LOG_LEVELS.includes(options.logLevel)) {
    throw new TypeError(`loadPlugins: logLevel must be one of ${LOG_LEVELS.join(', ')}`);
  }
  if (options.baseFolder !== undefined && typeof options.baseFolder !== 'string') throw new TypeError('loadPlugins: baseFolder must be a path');
  for (const name of ['copyPlugins', 'whole']) {
    if (options[name] !== undefined && typeof options[name] !== 'boolean') throw new TypeError(`loadPlugins: ${name} must be a boolean`);
  }
  checkTrustedKeys(options);
  checkCounts(options);
  checkSettings(options.settings ?? {});
}

export function checkOptions(folder, options) {
  if (typeof folder !== 'string') throw new TypeError('loadPlugins: the folder must be a path');
  if (!isObject(options)) throw new TypeError('loadPlugins: the options must be an object');
  check(options);
  const { schema, settings = {}, baseFolder = '.', copyPlugins = true, whole = false, trustedKeys, references = {}, requestOf = (context) => context?.pluginRequest, logLevel = 'info' } = options;
  const { log = createLog(logLevel) } = options;
  const { refused = (error) => log('error', error.message, null) } = options;
  const { maxFields = COUNTS.maxFields[0], maxDepth = COUNTS.maxDepth[0] } = options;
  const instances = options.instances === undefined ? undefined : checkInstances(options.instances);
  const organizations = options.organizations === undefined ? undefined : checkOrganizations(options.organizations);
  return { schema, settings, baseFolder, copyPlugins, whole, trustedKeys, references, instances, organizations, requestOf, log, logLevel, refused, maxFields, maxDepth };
}
