// SPDX-License-Identifier: MIT
// The status page in a browser: what it shows of a gateway that works, fails, ends and comes back.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Sandbox } from '../demo/harness.mjs';
import { openBrowser, until, Visit } from './browser.mjs';

const HOSTILE = '<img src=x onerror=alert(1)>';
let browser;
let sandbox;
let database;

before(async () => {
  browser = await openBrowser();
  sandbox = new Sandbox();
});

after(async () => {
  await browser?.close();
  sandbox?.remove();
});

function start(more = () => {}) {
  return sandbox.start((config, own) => {
    database = own.database.path;
    more(config);
  });
}

/** A test with its own gateway and page, which is opened after `prepare`. A failure saves a screenshot. */
function visiting(name, change, body, prepare = () => {}) {
  test(name, { timeout: 60_000 }, async () => {
    const gateway = await start(change);
    assert.ok(gateway.url, gateway.log);
    await prepare(gateway);
    const visit = await Visit.start(browser, new URL('/status', gateway.url).href);
    try {
      await body(visit, gateway);
    } catch (error) {
      throw new Error(`${error.message}\nThe page at that moment: ${await visit.picture(`failed ${name}`)}`, { cause: error });
    } finally {
      await visit.end();
      await gateway.stop();
    }
  });
}

const rowsOf = (page, id) => page.locator(`#${id} tbody tr`).evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
const says = (page, id, text) => until(() => page.locator(`#${id}`).textContent(), (found) => found.includes(text), `${text} in ${id}`);

visiting('it shows calls, errors, events and keys, and text of others is text', undefined, async (visit, gateway) => {
  const { page } = visit;
  await says(page, 'overall', 'ok');
  await says(page, 'calls', 'events.read'); // The page's own.
  const headers = { authorization: `Bearer ${await sandbox.jwt({ sub: HOSTILE, grants: [{ organizationId: '*', actions: ['READ', 'CREATE'] }] })}` };
  const mutation = 'mutation($input: IntegrationCreateInput!) { integrationCreate(input: $input) { integration { id } } }';
  const { integrationCreate: { integration: { id } } } = await gateway.data(mutation, { input: { organizationId: 'acme', title: 'nobody reads this' } }, headers);
  for (let i = 0; i < 7; i++) await gateway.query('{ integration(id: "no") { id } }');
  const calls = await until(() => rowsOf(page, 'calls'), (rows) => rows.some(([field, count]) => field === 'Query.integration' && count === '7'), 'seven calls');
  assert.deepEqual(calls.find(([field]) => field === 'Mutation.integrationCreate').slice(1, 3), ['1', '0']);
  assert.deepEqual(calls.find(([field]) => field === 'Query.integration').slice(1, 3), ['7', '7']);
  assert.deepEqual(await rowsOf(page, 'refusals'), [['NOT_FOUND', 'Answers with this code', '7']]);
  const [[time, ...event]] = await until(() => rowsOf(page, 'events'), (rows) => rows.length === 1, 'the event');
  assert.match(time, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  assert.deepEqual(event, ['CREATED', id, HOSTILE]);
  assert.deepEqual((await rowsOf(page, 'credentials'))[0], ['keys that are active', '1']);
  const lines = await until(() => page.locator('#charts polyline').evaluateAll((all) => all.map((line) => line.getAttribute('points'))),
    (all) => all.every((points) => points !== ''), 'a line in each chart');
  assert.equal(lines.length, 5);
  assert.ok(!(await page.content()).includes('nobody reads this'));
  await page.locator('#organization').fill(HOSTILE);
  await page.locator('#choice button').click();
  await says(page, 'events', 'None.');
  await visit.picture('status');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 420, height: 900 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is as wide as the window');
  await visit.picture('status in the dark');
  assert.deepEqual(visit.complaints, []);
});

visiting('it shows when the first stored token of an organization expires', undefined, async ({ page }) => {
  const rows = await until(() => rowsOf(page, 'credentials'), (all) => all.some(([name]) => name === 'acme'), 'a token of acme');
  assert.match(rows.find(([name]) => name === 'acme')[1], /^expires in [\d.]+ (min|h|d)$/);
}, (gateway) => gateway.create('acme', 'with a token', { credentialRef: sandbox.vault.issue('acme', '--exp', '+30d') }));

visiting('without the right token it says so, and takes another', (config) => { config.authentication.demo = false; }, async (visit) => {
  const { page } = visit;
  await says(page, 'refusal', 'A token is required');
  const show = async (grants) => {
    await page.getByLabel('Token').fill(await sandbox.jwt({ sub: 'watcher', grants }));
    await page.locator('#access button').click();
  };
  await show([{ organizationId: 'acme', actions: ['READ'] }]);
  await says(page, 'refusal', 'does not grant READ in all organizations');
  await visit.picture('status refused');
  await show([{ organizationId: '*', actions: ['READ'] }]);
  await says(page, 'overall', 'ok');
  assert.ok(await page.locator('#access').isHidden());
  await page.reload(); // The tab remembers the token.
  await says(page, 'overall', 'ok');
});

visiting('a failure has its reason, a gateway that ends is missed, and the page goes on with the next', undefined, async (visit, gateway) => {
  const { page } = visit;
  await says(page, 'overall', 'ok');
  renameSync(database, `${database}.away`);
  writeFileSync(database, randomBytes(4096));
  await says(page, 'overall', 'failed');
  await says(page, 'reasons', 'moved, removed or replaced');
  assert.match(await page.title(), /^failed/);
  await visit.picture('status failed');
  renameSync(`${database}.away`, database);
  await says(page, 'overall', 'ok');
  assert.equal(await page.locator('#reasons li').count(), 0);
  await gateway.stop();
  await says(page, 'overall', 'no answer');
  const port = Number(new URL(gateway.url).port);
  const next = await start((config) => { config.port = port; });
  await says(page, 'overall', 'ok');
  await next.stop();
});
