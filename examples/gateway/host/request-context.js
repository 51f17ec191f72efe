// SPDX-License-Identifier: MIT
// What plugins are told about an HTTP request.
import { randomBytes, randomUUID } from 'node:crypto';
import { SOURCE_HTTP } from './binding.js';

/** The trace of W3C Trace Context, section 3.2, or a new one. */
function traceIdOf(traceparent) {
  const id = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(traceparent ?? '')?.[1];
  return id && !/^0+$/.test(id) ? id : randomBytes(16).toString('hex');
}

function localeOf(acceptLanguage) {
  return /^\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)/.exec(acceptLanguage ?? '')?.[1] ?? null;
}

/** The request as the binding takes it; cancelled when the client goes before it is answered. */
export function pluginRequest(native, actor, req, res, deadlineMilliseconds) {
  const request = native.makeRequest({
    actorId: actor?.id ?? null,
    grants: actor?.grants ?? [],
    traceId: traceIdOf(req.headers.traceparent),
    locale: localeOf(req.headers['accept-language']),
    instance: `urn:uuid:${randomUUID()}`,
    source: SOURCE_HTTP,
    deadlineMilliseconds,
  });
  res.once('close', () => {
    if (!res.writableFinished) native.cancelRequest(request);
  });
  return request;
}
