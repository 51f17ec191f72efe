// SPDX-License-Identifier: MIT
// The extensions of the plugin's errors: problem details (RFC 9457).

/** By code: the slug of `type`, `status`, `title`. */
export const ERRORS = {
  UNAUTHORIZED: ['unauthorized', 401, 'Unauthorized'],
  PERMISSION_DENIED: ['forbidden', 403, 'Forbidden'],
  NOT_FOUND: ['not-found', 404, 'Resource Not Found'],
  VALIDATION_ERROR: ['validation', 400, 'Validation Error'],
  CONFLICT: ['conflict', 409, 'Optimistic Lock Conflict'],
  INTERNAL_ERROR: ['internal', 500, 'Internal Error'],
  SERVICE_UNAVAILABLE: ['service-unavailable', 503, 'Service Unavailable'],
};

/** The extensions that an error must have; it may have no others. */
export function extensionsOf({ code, extensions = {} }, { typeBase, traceId, message }) {
  const [slug, status, title] = ERRORS[code];
  return {
    type: `${typeBase}${slug}`,
    title,
    status,
    detail: message,
    instance: { $match: '^urn:uuid:[0-9a-f-]{36}$' },
    code,
    traceId,
    timestamp: { $match: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' },
    ...extensions,
  };
}
