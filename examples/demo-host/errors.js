// SPDX-License-Identifier: MIT
// Errors as clients see them.

/**
 * Formats an error of Apollo Server, which gives the errors of its validation a code of its own, also if
 * the rule gave one.
 */
export function formatError(formatted, { originalError }) {
  const code = originalError?.extensions?.code ?? formatted.extensions?.code;
  return { ...formatted, extensions: { ...formatted.extensions, code } };
}
