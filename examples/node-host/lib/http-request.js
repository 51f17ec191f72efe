// SPDX-License-Identifier: MIT
// The request of an HTTP request: what its headers and its connection say.
import { randomBytes, randomUUID } from 'node:crypto';
import { GraphQLError } from './graphql.js';
import { PluginRequest } from './request.js';
import { traceIdUnderWay } from './trace.js';

const KEY_LIMIT = 255; // Characters.

const TRACEPARENT = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Returns {traceId, spanId, traceFlags} of the header traceparent (W3C Trace Context, sections 3.2 and 4), or null.
 * Only versions after 00 may add parts.
 */
function callerOf({ traceparent = '' }) {
  const [, version, traceId, spanId, flags, more] = TRACEPARENT.exec(traceparent) ?? [];
  return traceId && !(version === '00' && more) ? { traceId, spanId, traceFlags: parseInt(flags, 16) & 1 } : null;
}

/**
 * Returns the first language tag, truncated after four subtags (RFC 4647, section 3.4), because a
 * client's header may have any length.
 */
function localeOf(acceptLanguage) {
  return /^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4})(?:-[A-Za-z0-9]{1,8})*\s*(?:[;,]|$)/.exec(acceptLanguage ?? '')?.[1] ?? null;
}

/** Returns the address of the connection's other end. One of IPv4 on an IPv6 socket is written as IPv4. */
function clientAddressOf(socket) {
  return socket?.remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '') ?? null;
}

/**
 * Returns the key of the header Idempotency-Key: a string (RFC 8941, section 3.3.3), as the IETF's draft
 * demands, or the bare key that many clients send. A header that is neither is rejected: a mutation
 * without its key could run twice.
 */
function idempotencyKeyOf(header) {
  if (header === undefined) return null;
  const string = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"$/.exec(header)?.[1].replace(/\\(.)/g, '$1');
  const key = string ?? /^[\x21\x23-\x2b\x2d-\x7e]+$/.exec(header)?.[0];
  if (key?.length <= KEY_LIMIT) return key;
  throw new GraphQLError(`The header Idempotency-Key must hold one key of 1 to ${KEY_LIMIT} printable characters`,
    { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

function isGiven([, value]) {
  return value !== undefined;
}

/** Returns the options of a request, from its headers and its connection. */
function optionsOf({ headers, socket }, caller) {
  return {
    source: 'http',
    traceId: traceIdUnderWay() ?? caller?.traceId ?? randomBytes(16).toString('hex'),
    locale: localeOf(headers['accept-language']),
    occurrence: `urn:uuid:${randomUUID()}`,
    clientAddress: clientAddressOf(socket),
    userAgent: headers['user-agent'],
    idempotencyKey: idempotencyKeyOf(headers['idempotency-key']),
  };
}

/**
 * Creates the request of an HTTP request. It is cancelled if the client disconnects before the answer.
 * `options` take precedence over what headers and connection say.
 */
export function httpRequest(native, req, res, options) {
  const caller = callerOf(req.headers);
  const given = Object.fromEntries(Object.entries(options).filter(isGiven));
  const request = new PluginRequest(native, { ...optionsOf(req, caller), ...given }, caller);
  const end = () => {
    if (!res.writableFinished) request.cancel();
  };
  if (res.destroyed) end(); // The client disconnected during authentication.
  else res.once('close', end);
  return request;
}
