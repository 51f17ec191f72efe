// SPDX-License-Identifier: MIT

/** Rejects a request with an HTTP status before it is executed. The client sees the message. */
export class Rejected extends Error {
  /** `headers`: of the response. */
  constructor(status, code, message, headers = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** Rejects a request that is not GraphQL over HTTP. */
export class BadRequest extends Rejected {
  constructor(message, status = 400, headers = {}) {
    super(status, 'BAD_REQUEST', message, headers);
  }
}

/** Returns the body of the response to a rejected request. */
export function bodyOf({ status, code, message }) {
  return JSON.stringify({ errors: [{ message, extensions: { code, status } }] });
}
