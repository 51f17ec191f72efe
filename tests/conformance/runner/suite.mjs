// SPDX-License-Identifier: MIT
// All cases against a host, and all hosts.
import { Host } from './host.mjs';
import { runCase } from './steps.mjs';

const passOrFail = (troubles) => ({ verdict: troubles.length === 0 ? 'pass' : 'fail', troubles });

/** A deviation is expected to fail: if it passes, the list is out of date. */
async function verdictOf(test, host) {
  const reason = host.deviations[test.name];
  const troubles = await runCase(test, host).catch((error) => [error.stack]);
  if (reason === undefined) return passOrFail(troubles);
  if (troubles.length > 0) return { verdict: 'cannot', reason };
  return { verdict: 'fail', troubles: [`It passes, so this deviation is stale: ${reason}`] };
}

/** Its beginning is a case, and its end. Where it does not begin, that is the one failure. */
async function run(host, cases) {
  const result = (test, verdict) => ({ test, title: `${host.name}: ${test}`, ...verdict });
  const results = [result('start', passOrFail(await host.server('open').then(() => [], (error) => [error.message])))];
  if (results[0].verdict === 'pass') {
    for (const test of cases) results.push(result(test.name, await verdictOf(test, host)));
    results.push(result('end', passOrFail(await host.stop())));
  }
  return results;
}

/** Gives [{test, title, verdict: 'pass' | 'fail' | 'cannot', troubles, reason}]. */
export async function runHost(description, cases, vault) {
  const host = new Host(description, vault);
  try {
    return await run(host, cases.filter(({ needs }) => needs === description.serves));
  } finally {
    await host.remove();
  }
}

/** Works through a list, some at the same time; `use(item, outcome)` is called as each is done. */
export async function forEach(list, jobs, work, use) {
  const waiting = [...list];
  const worker = async () => {
    for (let item = waiting.shift(); item; item = waiting.shift()) use(item, await work(item));
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}
