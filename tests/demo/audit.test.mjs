// SPDX-License-Identifier: MIT
// GraphQL over HTTP: runs the audits of graphql-http against the demo gateway.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { serverAudits } from 'graphql-http';
import { Sandbox } from './harness.mjs';

const LEVELS = ['MUST', 'SHOULD', 'MAY'];
let sandbox;
let gateway;

before(async () => {
  sandbox = new Sandbox();
  gateway = await sandbox.start();
});

after(async () => {
  await gateway?.stop();
  sandbox?.remove();
});

const levelOf = ({ name }) => LEVELS.find((level) => name.startsWith(`${level} `));

test('every audit of the levels MUST and SHOULD passes', async (t) => {
  const audits = serverAudits({ url: gateway.url });
  assert.equal(audits.length, 61);
  assert.deepEqual(audits.filter((audit) => !levelOf(audit)), []);
  for (const audit of audits) {
    const level = levelOf(audit);
    await t.test(audit.name, async (t) => {
      const { status, reason } = await audit.fn();
      if (level === 'MAY' && status !== 'ok') t.skip(`it may be otherwise: ${reason}`);
      else assert.equal(status, 'ok', reason);
    });
  }
});
