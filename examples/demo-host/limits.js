// SPDX-License-Identifier: MIT
// Limits that a request must meet before GraphQL processes it.
import { parse } from 'graphql';

export const MOST_TOKENS = 5000; // Per document.
const LARGEST_BODY = 1 << 20; // Bytes.
const MOST_READ_ON = 1 << 24; // Bytes of a rejected body.

/** Returns a plugin for GraphQL Yoga and Hive Gateway. Other gateways have settings for tokens and rules. */
export function limitDocuments({ validationRule }) {
  return {
    onValidate({ addValidationRule }) {
      addValidationRule(validationRule);
    },
    onParse({ setParseFn }) {
      setParseFn((source, options) => parse(source, { ...options, maxTokens: MOST_TOKENS }));
    },
  };
}

/** Returns [status, message] for a request that must be rejected, otherwise undefined. */
export function rejectionOf(req) {
  if (req.method !== 'POST') return undefined;
  if (!/^application\/(json|graphql\+json)\b/.test(req.headers['content-type'] ?? '')) {
    return [415, 'The content type must be application/json'];
  }
  const size = Number(req.headers['content-length'] ?? NaN);
  if (Number.isNaN(size)) return [411, 'The header content-length is required'];
  return size > LARGEST_BODY ? [413, `A request body must not exceed ${LARGEST_BODY} bytes`] : undefined;
}

/**
 * Rejects a request and reads the rest of its body: closing at once would reset the connection before
 * the client has read the answer.
 */
export function reject(req, res, status, message) {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ errors: [{ message }] }));
  if (Number(req.headers['content-length'] ?? 0) > MOST_READ_ON) res.once('finish', () => req.destroy());
  else req.resume();
}
