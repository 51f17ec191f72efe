// SPDX-License-Identifier: MIT
// Checks the options of plugins.events and fills in the defaults.
import { checkKeys } from './options.js';

/** The default, the lowest and the highest value. */
const COUNTS = { batchSize: [50, 1, 500], leaseMilliseconds: [60_000, 1000, 3_600_000], maxOrganizations: [16, 1, 1000] };
const NAMES = ['consumer', 'signal', 'since', 'manual', ...Object.keys(COUNTS)];

function countOf(options, name) {
  const [initial, lowest, highest] = COUNTS[name];
  const value = options[name] ?? initial;
  if (Number.isInteger(value) && value >= lowest && value <= highest) return value;
  throw new TypeError(`events: ${name} must be an integer from ${lowest} to ${highest}`);
}

function timeOf(since) {
  if (since === undefined) return undefined;
  const time = new Date(since);
  if ((typeof since === 'string' || since instanceof Date) && !Number.isNaN(time.valueOf())) return time.toISOString();
  throw new TypeError('events: since must be a Date, or a time of RFC 3339');
}

export function checkEventOptions(options) {
  if (typeof options !== 'object' || options === null) throw new TypeError('events: the options must be an object');
  checkKeys(options, NAMES, 'events');
  const { consumer, signal, manual = false } = options;
  if (typeof consumer !== 'string' || !/^[\w.-]{1,64}$/.test(consumer)) throw new TypeError('events: consumer must be 1 to 64 of A-Z a-z 0-9 . _ -');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError('events: signal must be an AbortSignal');
  if (typeof manual !== 'boolean') throw new TypeError('events: manual must be a boolean');
  return { consumer, signal, manual, since: timeOf(options.since), batchSize: countOf(options, 'batchSize'),
    leaseMilliseconds: countOf(options, 'leaseMilliseconds'), maxOrganizations: countOf(options, 'maxOrganizations') };
}
