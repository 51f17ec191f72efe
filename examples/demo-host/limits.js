// SPDX-License-Identifier: MIT
// What a request may cost before GraphQL begins with it.
import { parse } from 'graphql';

export const MOST_TOKENS = 5000; // Of a document.
const LARGEST_BODY = 1 << 20; // Bytes.
const MOST_READ_ON = 1 << 24; // Bytes of a refused body.

/** A plugin of GraphQL Yoga and of Hive Gateway; others have a setting for it. */
export function limitTokens() {
  return {
    onParse({ setParseFn }) {
      setParseFn((source, options) => parse(source, { ...options, maxTokens: MOST_TOKENS }));
    },
  };
}

/** What is wrong with a request before GraphQL looks at it: [status, message], or undefined. */
export function troubleOf(req) {
  if (req.method !== 'POST') return undefined;
  if (!/^application\/(json|graphql\+json)\b/.test(req.headers['content-type'] ?? '')) {
    return [415, 'The content type must be application/json'];
  }
  const size = Number(req.headers['content-length'] ?? NaN);
  if (Number.isNaN(size)) return [411, 'The content length is needed'];
  return size > LARGEST_BODY ? [413, `A request has at most ${LARGEST_BODY} bytes`] : undefined;
}

/** Reads on what the client still sends: to close at once would reset the connection before the client sees the answer. */
export function refuse(req, res, status, message) {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ errors: [{ message }] }));
  if (Number(req.headers['content-length'] ?? 0) > MOST_READ_ON) res.once('finish', () => req.destroy());
  else req.resume();
}
