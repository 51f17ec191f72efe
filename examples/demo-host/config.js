// SPDX-License-Identifier: MIT
// Reads and checks the gateway's configuration.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkConfiguration } from 'gql-plugin-host';
import { readText } from './read-text.js';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

function parse(file) {
  const text = readText(file, 'The configuration');
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${file}: not JSON: ${error.message}`);
  }
}

/** What a shell would replace: nothing does so in this file. */
const VARIABLE = /\$\{\w+\}|^\$\w+(?=\/|$)|^~(?=\/|$)/;

/** Returns a mistake for each string with a variable, which would be taken literally. */
function variablesIn(value, path = []) {
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([name, member]) => variablesIn(member, [...path, name]));
  const found = typeof value === 'string' ? VARIABLE.exec(value)?.[0] : undefined;
  return found === undefined ? [] : [`${path.join('.')}: ${found} is not replaced in this file: write what it stands for`];
}

function check(file, config, folder) {
  const schema = JSON.parse(readFileSync(new URL('config.schema.json', import.meta.url), 'utf8'));
  const variables = variablesIn(config);
  if (variables.length > 0) throw new Error(`${file}: ${variables.join('; ')}`);
  try {
    return checkConfiguration(schema, config, folder, { useDefaults: true });
  } catch (error) {
    throw new Error(`${file}: ${error.message}`);
  }
}

/** Returns the configuration with defaults, absolute paths and its `folder`. Throws an Error that lists every mistake. */
export function readConfig(file) {
  const folder = dirname(resolve(file));
  const config = { ...check(file, parse(file), folder), folder };
  if (config.authentication.demo && !LOOPBACK.test(config.host)) {
    throw new Error(`${file}: authentication.demo lets everybody in, so host must be a loopback address, not ${config.host}`);
  }
  return config;
}
