// SPDX-License-Identifier: MIT
// One attempt to post a webhook.
import http from 'node:http';
import https from 'node:https';

const MOST_READ = 4096; // Bytes of an answer's body, which nobody needs.
const LONGEST_REST = 1000; // Milliseconds that the rest of an answer may take after its status.
const MOST_INFORMATIONAL = 20; // Answers with 1xx before the status.

function reasonOf({ code, message }) {
  return message || code || 'unknown'; // A failure to connect to each of several addresses has no message.
}

/** Ends the request when it has to connect, to be answered, or to be closed, for too long, until it is closed. */
function watch(request, isSecure, { connectMilliseconds, answerMilliseconds }, time) {
  const end = (milliseconds, what) => {
    const cancel = time.after(milliseconds, () => request.destroy(new Error(`${what} within ${milliseconds} ms`)));
    request.once('close', cancel);
    return cancel;
  };
  const cancelConnect = end(connectMilliseconds, 'no connection');
  end(answerMilliseconds, 'no complete answer');
  request.once('socket', (socket) => socket.once(isSecure ? 'secureConnect' : 'connect', cancelConnect));
  request.once('response', () => end(LONGEST_REST, 'no end of the answer'));
}

/** Ends the request if its receiver promises an answer without end, which would keep the whole process busy. */
function countInformational(request) {
  let left = MOST_INFORMATIONAL;
  const count = () => {
    left -= 1;
    if (left < 0) request.destroy(new Error(`more than ${MOST_INFORMATIONAL} answers with a status of 100 to 199`));
  };
  request.on('continue', count).on('information', count);
}

/** Takes the rest of an answer, as far as it is short. */
function drain(request, response) {
  let left = MOST_READ;
  response.on('data', (chunk) => {
    left -= chunk.length;
    if (left < 0) request.destroy();
  });
}

/**
 * Posts a body. Resolves to {status, retryAfter}, the status of the answer and its header Retry-After; or to
 * {failure}, the reason why there is none. Never rejects, follows no redirect, and sends no cookies, since
 * node:http does neither. `signal` ends it. Each attempt has a connection of its own, and is over when that is
 * closed: a receiver that leaves its answers unfinished has no more connections than one that does not answer.
 */
export function post(url, headers, body, { guard, timeouts, time, signal }) {
  return new Promise((resolve) => {
    const isSecure = url.protocol === 'https:';
    try {
      guard.check(url.hostname);
    } catch (error) {
      resolve({ failure: error.message });
      return;
    }
    const request = (isSecure ? https : http).request(url, {
      method: 'POST', agent: false, lookup: guard.lookup,
      headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    watch(request, isSecure, timeouts, time);
    countInformational(request);
    let outcome;
    const abort = () => request.destroy(new Error('the gateway stops'));
    signal.addEventListener('abort', abort);
    request.on('response', (response) => {
      outcome = { status: response.statusCode, retryAfter: response.headers['retry-after'] };
      drain(request, response);
    });
    request.on('error', (error) => { outcome ??= { failure: reasonOf(error) }; });
    request.on('close', () => {
      signal.removeEventListener('abort', abort);
      resolve(outcome ?? { failure: 'the connection was closed without an answer' });
    });
    request.end(body);
  });
}
