// SPDX-License-Identifier: MIT
// Reads and checks the gateway's configuration.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { checkConfiguration } from 'gql-plugin-host';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

function parse(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${error.message}`);
  }
}

function check(file, config, folder) {
  const schema = JSON.parse(readFileSync(new URL('config.schema.json', import.meta.url), 'utf8'));
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
