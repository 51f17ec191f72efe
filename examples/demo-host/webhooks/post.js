// SPDX-License-Identifier: MIT
// One attempt to post a webhook.
import http from 'node:http';
import https from 'node:https';

const MOST_READ = 4096; // Bytes of an answer's body, which nobody needs.

function reasonOf({ code, message }) {
  return message || code || 'unknown'; // A failure to connect to each of several addresses has no message.
}

/** Ends the request when it has to connect, or to be answered, for too long. Returns a function that cancels. */
function watch(request, isSecure, { connectMilliseconds, answerMilliseconds }, time) {
  const end = (milliseconds, what) => time.after(milliseconds, () => request.destroy(new Error(`${what} within ${milliseconds} ms`)));
  const cancelConnect = end(connectMilliseconds, 'no connection');
  const cancelAnswer = end(answerMilliseconds, 'no complete answer');
  request.once('socket', (socket) => socket.once(isSecure ? 'secureConnect' : 'connect', cancelConnect));
  return () => {
    cancelConnect();
    cancelAnswer();
  };
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
 * node:http does neither. `signal` ends it. Each attempt has a connection of its own.
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
    const cancel = watch(request, isSecure, timeouts, time);
    const abort = () => request.destroy(new Error('the gateway stops'));
    signal.addEventListener('abort', abort);
    request.on('response', (response) => {
      resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] });
      drain(request, response);
    });
    request.on('error', (error) => resolve({ failure: reasonOf(error) }));
    request.on('close', () => {
      cancel();
      signal.removeEventListener('abort', abort);
      resolve({ failure: 'the connection was closed without an answer' });
    });
    request.end(body);
  });
}
