// SPDX-License-Identifier: MIT
// Runs all cases against a host.
import { Host, isFor } from './host.mjs';
import { runCase } from './steps.mjs';

const passOrFail = (findings) => ({ verdict: findings.length === 0 ? 'pass' : 'fail', findings });

/** A deviation must fail. If it passes, the list is out of date. */
async function verdictOf(test, host) {
  const reason = host.deviations[test.name];
  const findings = await runCase(test, host).catch((error) => [error.stack]);
  if (reason === undefined) return passOrFail(findings);
  if (findings.length > 0) return { verdict: 'cannot', reason };
  return { verdict: 'fail', findings: [`It passes, so this deviation is stale: ${reason}`] };
}

/**
 * Start and end of the host are results, too. A host that does not start has one result, a failure.
 */
async function run(host, cases) {
  const result = (test, verdict) => ({ test, title: `${host.name}: ${test}`, ...verdict });
  const results = [result('start', passOrFail(await host.server('open').then(() => [], (error) => [error.message])))];
  if (results[0].verdict === 'pass') {
    for (const test of cases) results.push(result(test.name, await verdictOf(test, host)));
    results.push(result('end', passOrFail(await host.stop())));
  }
  return results;
}

/** Returns [{test, title, verdict: 'pass' | 'fail' | 'cannot', findings, reason}]. */
export async function runHost(description, cases, vault) {
  const host = new Host(description, vault);
  try {
    return await run(host, cases.filter((test) => isFor(description, test)));
  } finally {
    await host.remove();
  }
}

/**
 * Works on the items of a list, up to `jobs` at the same time. Calls `use(item, outcome)` after
 * each.
 */
export async function forEach(list, jobs, work, use) {
  const waiting = [...list];
  const worker = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) use(item, await work(item));
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
