// SPDX-License-Identifier: MIT
// Organizations as tenants: which one a request is about, where each has an instance of the plugins, and which exist.
import { BadRequest } from './rejected.js';

const LONGEST_ID = 128; // Bytes of UTF-8.
const ENCODED = /^(?:[\w\-.!~*'()]|%[\da-f]{2})+$/i; // What encodeURIComponent returns.
const CURE = 'Send the ID of the one organization that the request is about, such as X-Organization: acme';

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return ''; // Not UTF-8.
  }
}

/**
 * Returns the organization that the header X-Organization names, with percent-encoding. Throws BadRequest
 * without one. Whoever names an organization may do in it what their grants say, which plugins enforce.
 */
export function organizationOf({ 'x-organization': header }) {
  if (header === undefined) throw new BadRequest(`The header X-Organization is missing. ${CURE}`);
  const id = ENCODED.test(header) ? decode(header) : '';
  if (id !== '' && !id.includes('\0') && Buffer.byteLength(id) <= LONGEST_ID) return id;
  throw new BadRequest(`The header X-Organization does not hold an ID of 1 to ${LONGEST_ID} bytes with percent-encoding. ${CURE}, or Caf%C3%A9 for Café`);
}

/** Returns the option `instances` of loadPlugins for the configuration's. */
export function instancesOf(settings) {
  return settings && { key: ({ organizationId }) => organizationId, config: (organization) => ({ organization }), ...settings };
}

/** Returns the option `organizations` of loadPlugins. Errors have the `type` that is configured for those of a plugin. */
export function existenceOf({ onlyListedOrganizations, plugins: { settings } }, organizations) {
  if (!onlyListedOrganizations) return undefined;
  const typeBase = Object.values(settings).map(({ config }) => config?.errors?.typeBase).find((base) => base !== undefined);
  return { exists: (id) => organizations.known(id) !== null, typeBase };
}
