// SPDX-License-Identifier: MIT
// Runs the steps of a case against a host.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkAnswer } from './answer.mjs';
import { actors } from './cases.mjs';
import { holdLock, runSql } from './database.mjs';
import { NUMBER, substitute } from './match.mjs';

const LOG_PATIENCE = 2000; // Milliseconds that a line of the log may be late.

async function authorizationOf(actor, { host, captured }) {
  const claims = typeof actor === 'string' ? actors[actor] : substitute(actor, captured);
  return claims ? { authorization: `Bearer ${await host.sandbox.jwt(claims)}` } : {};
}

async function ask(step, variables, gateway, context) {
  const { host, test, captured } = context;
  const actor = step.actor === undefined ? test.actor : step.actor;
  const traceId = randomBytes(16).toString('hex');
  const query = test.sends === 'document' ? test.document : test.operations.get(step.run).text;
  const response = await gateway.post(
    bodyOf({ query, operationName: step.run, variables: substitute(variables, captured) }),
    { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01`, ...await authorizationOf(actor, context),
      ...(host.storage === 'instances' && { 'x-organization': step.organization ?? test.organization }), ...step.headers });
  const text = await response.text();
  return { status: response.status, text, traceId, body: parse(text) };
}

/** JavaScript has one notation for a number, so those of a case are marked text until now. */
function bodyOf(request) {
  return JSON.stringify(request).replace(new RegExp(`"${NUMBER}([^"]*)"`, 'g'), '$1');
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

async function checkLog(pattern, { traceId }, { server }) {
  const isThere = () => server.log.split('\n').some((line) => line.includes(traceId) && new RegExp(pattern, 'u').test(line));
  for (const until = Date.now() + LOG_PATIENCE; !isThere() && Date.now() < until;) await sleep(20);
  return isThere() ? [] : [`the log has no line with ${traceId} that matches ${pattern}`];
}

async function check(expectation = {}, answer, context) {
  const { log, ...rest } = expectation;
  const findings = checkAnswer(rest, answer, { ...context, traceId: answer.traceId });
  return log && findings.length === 0 ? checkLog(log, answer, context) : findings;
}

/** Each outcome must fit as many answers as it says, and each answer must fit an outcome. */
async function checkOutcomes(outcomes, answers, context) {
  let left = answers;
  const findings = [];
  for (const { times, expect } of outcomes) {
    const verdicts = await Promise.all(left.map((answer) => check(expect, answer, context)));
    const fitting = left.filter((answer, index) => verdicts[index].length === 0);
    if (fitting.length !== times) findings.push(`${fitting.length} answers instead of ${times} fit ${JSON.stringify(expect)}`);
    left = left.filter((answer) => !fitting.includes(answer));
  }
  return findings.length === 0 ? [] : [...findings, ...left.map(({ text }) => `an answer fits no outcome: ${text.slice(0, 500)}`)];
}

function capture(step, answer, captured) {
  return Object.entries(step.capture ?? {}).flatMap(([name, path]) => {
    captured[name] = path.split('.').reduce((value, member) => value?.[member], answer.body.data);
    return captured[name] === undefined ? [`${name} can't be captured: data.${path} is missing`] : [];
  });
}

/** The database whose state the case changes. */
function databaseOf({ server, test }) {
  return server.databaseOf(test.organization);
}

/**
 * Sends the requests of a step, with the database locked if the step says so. If gateways share the data, they take turns; those
 * that are sent at once go to all, but to one if it is its limits that the lock shows.
 */
async function perform(step, variables, context) {
  const { server } = context;
  const release = step.locked && await holdLock(databaseOf(context));
  const timed = typeof step.locked === 'number' && sleep(step.locked).then(release);
  try {
    return await Promise.all(Array.from({ length: step.atOnce ?? 1 }, (_, i) => ask(step, variables, server.at(step.locked ? 0 : i), context)));
  } finally {
    server.turn += 1;
    if (release) await (timed || release());
  }
}

async function runOnce(step, variables, context) {
  const answers = await perform(step, variables, context);
  const findings = step.expect?.outcomes
    ? await checkOutcomes(step.expect.outcomes, answers, context)
    : (await Promise.all(answers.map((answer) => check(step.expect, answer, context)))).flat();
  return findings.length > 0 ? findings : capture(step, answers[0], context.captured);
}

async function alter({ sql }, context) {
  await runSql(databaseOf(context), sql);
  return [];
}

/**
 * Sends a query twice: the second time, the gateway uses what it parsed, planned or compiled
 * before.
 */
async function runStep(step, context) {
  if (step.sql !== undefined) return alter(step, context);
  const times = context.test.operations.get(step.run).isQuery && !step.locked && !step.atOnce ? 2 : 1;
  const all = [step.variables ?? {}].flat().flatMap((variables) => Array(times).fill(variables));
  for (const variables of all) {
    const findings = await runOnce(step, variables, context);
    if (findings.length > 0) return findings;
  }
  return [];
}

async function runSteps({ steps }, context) {
  for (const [index, step] of steps.entries()) {
    const findings = await runStep(step, context);
    if (findings.length > 0) return findings.map((finding) => `step ${index} (${step.run ?? 'sql'}): ${finding}`);
  }
  return [];
}

/** Runs a case until a step fails. Returns the findings of that step. */
export async function runCase(test, host) {
  const server = await host.server(test.server);
  const captured = Object.fromEntries(Object.entries(host.tokens).map(([name, token]) => [`token.${name}`, token]));
  const { typeBase } = server;
  const context = { host, server, test, captured, typeBase, adds: host.adds, folder: host.sandbox.folder };
  return runSteps(test, context);
}
