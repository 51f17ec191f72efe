// SPDX-License-Identifier: MIT
// When a webhook is posted again: exponential backoff with full jitter, and what the receiver asks for.

/** Returns the milliseconds that a header Retry-After (RFC 9110, section 10.2.3) asks for; 0 for none. */
export function retryAfterOf(header, now) {
  if (header === undefined) return 0;
  const wanted = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return wanted > 0 ? wanted : 0; // Not for NaN, which a malformed date is.
}

/**
 * Returns how long to wait after the attempt `attempt` (1, 2, …) has failed: a random part of a bound that
 * doubles, or what the receiver asks for, if that is longer; never more than `longestDelayMilliseconds`.
 */
export function delayOf(attempt, wanted, { firstDelayMilliseconds, longestDelayMilliseconds }, random) {
  const bound = Math.min(longestDelayMilliseconds, firstDelayMilliseconds * 2 ** (attempt - 1));
  return Math.min(longestDelayMilliseconds, Math.max(random() * bound, wanted));
}
