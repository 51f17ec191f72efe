// SPDX-License-Identifier: MIT
// The log of the gateway, on standard error: lines of text for people, or JSON by pino for programs.
import { format } from 'node:util';
import { createLog, safeLine } from 'gql-plugin-host';
import pino from 'pino';
import { throttle } from './throttle.js';
import { spanUnderWay } from './tracing.js';

const LEVELS = { error: 50, warning: 40, info: 30, debug: 20 };
const COUNTED = ['error', 'warning'];

const OFTEN = { most: 5, quiet: 60_000 }; // Of the same line.
const MOST_KINDS = 1000; // Lines that are told apart at a time.
const SERVERS = { most: 50, quiet: 10_000 }; // Lines of a GraphQL server: one request can fail in thousands of places.

/** JWTs, PASETO tokens, bearer tokens, the keys of webhooks, and the passwords of URLs. */
const SECRETS = [
  [/(?<![\w-])eyJ[\w-]+(?:\.[\w-]*)+/g, '[token]'],
  [/(?<![\w-])(v[1-4]\.(?:local|public))\.[\w-]+(?:\.[\w-]+)?/g, '$1.[token]'],
  [/\b(Bearer) +[\w.~+/-]+=*/gi, '$1 [token]'],
  [/(?<![\w-])(whsec_|whsk_)[\w+/-]+=*/g, '$1[key]'],
  [/(:\/\/[^\s/:@]*:)[^\s/@]+@/g, '$1[password]@'],
];

/** No line is meant to hold a secret; what others log may quote one. */
function withoutSecrets(message) {
  return SECRETS.reduce((text, [secret, name]) => text.replace(secret, name), message);
}

function jsonLog(level) {
  const options = {
    level, customLevels: LEVELS, useOnlyCustomLevels: true, timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  };
  const logger = pino(options, pino.destination({ dest: 2, sync: true }));
  return (lineLevel, message, traceId, spanId) => logger[lineLevel]({ trace_id: traceId ?? undefined, span_id: spanId }, safeLine(message));
}

function writerOf({ logLevel, logFormat }) {
  const isText = logFormat === 'text' || (logFormat !== 'json' && process.stderr.isTTY);
  return isText ? createLog(logLevel) : jsonLog(logLevel);
}

/**
 * Returns the log of a gateway: a function (level, message, traceId). Its member `change(config)` lets other settings
 * hold from now on.
 */
export function logOf(config) {
  let write = writerOf(config);
  const log = (level, message, traceId) => {
    const span = spanUnderWay();
    const isOfSpan = span && span.traceId === (traceId ?? span.traceId);
    write(level, withoutSecrets(message), traceId ?? span?.traceId, isOfSpan ? span.spanId : undefined);
  };
  log.change = (other) => {
    write = writerOf(other);
  };
  return log;
}

/** Returns a log for what serves requests, whose errors and warnings may repeat without end: they are counted. */
export function countRepeats(log, limits = OFTEN) {
  const kinds = new Map(); // By line: whether one more may be logged.
  const kindOf = (level, message) => {
    const key = `${level} ${message}`;
    const tell = (count, seconds) => {
      if (count === 0) kinds.delete(key);
      else log(level, `${count} more in the last ${seconds} s: ${message}`);
    };
    if (!kinds.has(key) && kinds.size < MOST_KINDS) kinds.set(key, throttle(tell, limits));
    return kinds.get(key);
  };
  return (level, message, traceId) => {
    if (COUNTED.includes(level) && kindOf(level, message)?.() === false) return;
    log(level, message, traceId);
  };
}

/**
 * Returns a logger with the methods that most gateways call. They log the exceptions that they hide from
 * clients. Of what they log as an error or a warning, only the first lines of a period are written.
 */
export function loggerOf(log, limits = SERVERS) {
  const passes = throttle((count, seconds) => {
    if (count > 0) log('warning', `messages of the GraphQL server that were not logged: ${count} in the last ${seconds} s`);
  }, limits);
  const write = (level) => (...parts) => log(level, format(...parts));
  const writeSome = (level) => (...parts) => {
    if (passes()) log(level, format(...parts));
  };
  return { debug: write('debug'), info: write('info'), warn: writeSome('warning'), error: writeSome('error') };
}
