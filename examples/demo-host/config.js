// SPDX-License-Identifier: MIT
// Reads and checks the gateway's configuration.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Ajv from 'ajv';

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

function explain({ instancePath, message, params }) {
  const where = instancePath.slice(1).replaceAll('/', '.') || 'configuration';
  const what = params.additionalProperty ?? params.allowedValues?.join(', ');
  return `${where}: ${message}${what ? `: ${what}` : ''}`;
}

function parse(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${error.message}`);
  }
}

/** Returns the configuration with defaults and absolute paths. Throws an Error that lists every mistake. */
export function readConfig(file) {
  const config = parse(file);
  const schema = JSON.parse(readFileSync(new URL('config.schema.json', import.meta.url), 'utf8'));
  const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: true, strictRequired: false });
  if (!ajv.validate(schema, config)) throw new Error(`${file}: ${ajv.errors.map(explain).join('; ')}`);
  const absolute = (object, name) => {
    if (object?.[name] !== undefined) object[name] = resolve(dirname(file), object[name]);
  };
  absolute(config.plugins, 'folder');
  absolute(config.authentication.jwt, 'secretFile');
  absolute(config.authentication.jwt, 'jwksFile');
  absolute(config.graphiql, 'queryFile');
  if (config.authentication.demo && !LOOPBACK.test(config.host)) {
    throw new Error(`${file}: authentication.demo lets everybody in, so host must be a loopback address, not ${config.host}`);
  }
  return config;
}
