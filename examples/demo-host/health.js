// SPDX-License-Identifier: MIT
// Answers GET /health. Anybody may ask, so only the log has the reasons, which may name files.

const LEVELS = { ok: 'info', degraded: 'warning', failed: 'error' };

/**
 * Returns a function that answers with the worst status of the plugins, and 503 if one has failed. It logs
 * each change that it sees, once.
 */
export function healthAnswerer(host, log) {
  const latest = new Map(); // The message on each plugin that has not always been ok.
  const note = ({ id, status, reason }) => {
    const message = `health of ${id}: ${status}${status === 'ok' ? '' : `: ${reason}`}`;
    if (message === (latest.get(id) ?? `health of ${id}: ok`)) return;
    latest.set(id, message);
    log(LEVELS[status], message);
  };
  return (res) => {
    const plugins = host.plugins.health();
    plugins.forEach(note);
    const status = ['failed', 'degraded'].find((word) => plugins.some((plugin) => plugin.status === word)) ?? 'ok';
    res.writeHead(status === 'failed' ? 503 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ status }));
  };
}
