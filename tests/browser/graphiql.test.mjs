// SPDX-License-Identifier: MIT
// The demo's GraphiQL in a browser without a network.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { Sandbox } from '../demo/harness.mjs';
import { openBrowser, until, Visit } from './browser.mjs';
import { GraphiQL } from './graphiql.mjs';

const first = readFileSync(new URL('../../examples/demo/first.graphql', import.meta.url), 'utf8');
let browser;
let sandbox;
let gateway;
let prefilled;
let variables;

before(async () => {
  browser = await openBrowser();
  sandbox = new Sandbox();
  prefilled = first.replace(/^.*\n/, '');
  variables = { id: '', version: 0, after: null, credentialRef: sandbox.vault.issue('acme') };
  writeFileSync(sandbox.path('first.graphql'), prefilled);
  gateway = await sandbox.start((config) => { config.graphiql = { queryFile: 'first.graphql', variables }; });
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
  sandbox?.remove();
});

/** A test with its own page. A failure saves a screenshot. `expected`: complaints that the test provokes. */
function visiting(name, body, expected = [], urlOf = () => gateway.url) {
  test(name, { timeout: 60_000 }, async () => {
    const visit = await Visit.start(browser, urlOf());
    try {
      await body(new GraphiQL(visit.page), visit);
      await until(() => visit.complaints.length, (count) => count >= expected.length, `${expected}`);
      assert.deepEqual(visit.complaints, expected);
    } catch (error) {
      const picture = await visit.picture(`failed ${name}`);
      throw new Error(`${error.message}\nThe page at that moment: ${picture}`, { cause: error });
    } finally {
      await visit.end();
    }
  });
}

/** Chromium logs each answer with this status on the console. */
const statusFault = (status) => `error: Failed to load resource: the server responded with a status of ${status}`;

visiting('the browser reaches no other host, and an attempt is noticed', async (page) => {
  assert.equal(await page.page.evaluate(() => fetch('https://example.org/').catch(() => 'no way out')), 'no way out');
}, ['asks another host: https://example.org/', 'error: Failed to load resource: net::ERR_NAME_NOT_RESOLVED']);

visiting('the page opens with the prefilled document, and List runs from the play button', async (page, visit) => {
  await page.operation.shows(/query List\(\$after: String\) \{/);
  assert.equal(await page.operation.copy(), prefilled);
  await visit.picture('opened');
  await page.choose('List');
  const { data } = await page.answer(/"count": 0/);
  assert.deepEqual(data.integrations, { total: { count: 0, precision: 'EXACT' }, edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
  await visit.picture('listed');
});

visiting('no line of the prefilled document is cut off', async (page) => {
  await page.page.setViewportSize({ width: 1280, height: 2000 });
  await page.operation.shows(/deletedId/);
  const edges = await page.operation.pane.locator('.view-line > span').evaluateAll((spans) =>
    spans.map((span) => ({ text: span.textContent, right: span.getBoundingClientRect().right })));
  const { x, width } = await page.operation.pane.boundingBox();
  const cut = edges.filter(({ text, right }) => right > x + width);
  assert.equal(edges.length, prefilled.split('\n').length);
  assert.deepEqual(cut, []);
});

visiting('the address of the gateway leads to the page, where Update and Delete take what was just made', async (page, visit) => {
  await page.page.goto(new URL('/', gateway.url).href);
  assert.equal(new URL(page.page.url()).pathname, '/graphql');
  await page.variables.shows(/"credentialRef": "v4\.public/);
  assert.deepEqual(JSON.parse(await page.variables.copy()), variables);
  await page.choose('Create');
  const { id } = (await page.answer(/"integrationCreate"/)).data.integrationCreate.integration;
  for (const version of [2, 3]) {
    await page.choose('Update');
    const { data } = await page.answer(new RegExp(`"version": ${version}`));
    assert.deepEqual(data.integrationUpdate.integration, { id, version, title: 'ERP connector', isActive: false });
  }
  await visit.picture('updated without copying');
  await page.choose('Delete');
  assert.deepEqual((await page.answer(/"deletedId"/)).data, { integrationDelete: { deletedId: id } });
});

visiting('create, update, conflict, delete', async (page, visit) => {
  await page.choose('Create');
  const { integration } = (await page.answer(/"integrationCreate"/)).data.integrationCreate;
  assert.deepEqual({ ...integration, id: '' }, { id: '', version: 1, title: 'ERP connector', isActive: true });
  const { id } = integration;
  await visit.picture('created');

  await page.setVariables({ id, version: 1 });
  await page.choose('Update');
  const updated = await page.answer(/"integrationUpdate": \{/);
  assert.deepEqual(updated.data.integrationUpdate.integration, { id, version: 2, title: 'ERP connector', isActive: false });

  await page.choose('Update');
  const [error] = (await page.answer(/"CONFLICT"/)).errors;
  const { code, status, expectedVersion, currentVersion } = error.extensions;
  assert.deepEqual({ code, status, expectedVersion, currentVersion },
    { code: 'CONFLICT', status: 409, expectedVersion: 1, currentVersion: 2 });
  assert.match(await page.result.text(), /"expectedVersion": 1,\n *"currentVersion": 2/);
  await visit.picture('conflict');

  await page.setVariables({ id, version: 2 });
  await page.choose('Delete');
  assert.deepEqual((await page.answer(/"deletedId"/)).data, { integrationDelete: { deletedId: id } });
  await page.run(`query Gone { gone: integration(id: "${id}") { title } }`);
  await page.result.shows(/"NOT_FOUND"/);
});

visiting('a query is typed and run by Ctrl-Enter; the next page by its cursor', async (page, visit) => {
  for (const title of ['Item 10', 'item 2', 'Item 1']) await gateway.create('paging', title);
  const query = 'query Page($after: String) { page: integrations(organizationId: "paging", first: 2, after: $after) ' +
    '{ nodes { title } pageInfo { hasNextPage endCursor } } }';
  await page.run(query);
  const one = (await page.answer(/"hasNextPage": true/)).data.page;
  assert.deepEqual(one.nodes.map((node) => node.title), ['Item 1', 'item 2']);
  assert.equal(await page.operation.copy(), query);
  await page.setVariables({ after: one.pageInfo.endCursor });
  await page.page.keyboard.press('Control+Enter');
  const two = (await page.answer(/"hasNextPage": false/)).data.page;
  assert.deepEqual(two.nodes.map((node) => node.title), ['Item 10']);
  await visit.picture('paged');
});

visiting('the documentation opens and finds the field integrations', async (page, visit) => {
  await page.button('Show Documentation Explorer').click();
  const docs = page.page.getByRole('region', { name: 'Documentation Explorer' });
  await docs.getByRole('combobox').click();
  await page.page.keyboard.type('integrations');
  await until(() => docs.getByRole('option').first().textContent(), (found) => /integration/i.test(found), 'what the search finds');
  await visit.picture('searched');
  await docs.getByRole('option', { name: 'Query.integrations' }).click();
  await docs.getByText('Lists integrations for an organization.').waitFor();
  await docs.getByText('IntegrationConnection!').first().waitFor();
  await visit.picture('documentation');
});

visiting('completion offers the field integrations', async (page, visit) => {
  await page.operation.shows(/query List/);
  await page.operation.type('{ integ');
  const offers = page.page.locator('.suggest-widget.visible');
  await offers.getByRole('option', { name: 'integrations' }).waitFor();
  await visit.picture('completion');
  await page.page.keyboard.press('ArrowDown');
  await page.page.keyboard.press('Enter');
  await page.operation.shows(/^\{ integrations/);
});

visiting('a mistake is underlined, and explained when run', async (page, visit) => {
  await page.run('query Colour { integrations(organizationId: "acme") { colour } }');
  await page.operation.pane.locator('.squiggly-error').first().waitFor();
  await page.result.shows(/Cannot query field \\"colour\\" on type/);
  await visit.picture('unknown field');
  await page.run('query Syntax { integrations(organizationId "acme") { nodes { id } } }');
  await page.operation.pane.locator('.squiggly-error').first().waitFor();
  await page.result.shows(/Syntax Error: Expected/);
  await visit.picture('syntax error');
}, [statusFault('400 (Bad Request)')]);

visiting('a token with fewer grants in the headers is PERMISSION_DENIED', async (page, visit) => {
  const token = await sandbox.jwt({ sub: 'reader', grants: [{ organizationId: 'acme', actions: ['READ'] }] });
  await page.setHeaders({ Authorization: `Bearer ${token}` });
  await page.choose('List');
  await page.result.shows(/"count"/);
  await page.choose('Create');
  const [error] = (await page.answer(/"PERMISSION_DENIED"/)).errors;
  assert.equal(error.extensions.requiredAction, 'CREATE');
  await visit.picture('denied');
});

visiting('a malformed token is rejected with a reason', async (page, visit) => {
  await page.setHeaders({ Authorization: 'Bearer a.b.c' });
  await page.choose('List');
  await page.result.shows(/The token is rejected/);
  await visit.picture('refused');
}, [statusFault('401 (Unauthorized)')]);

visiting('after a reload the document is still there and runs again', async (page) => {
  await page.run('query Again { organization(id: "acme") { again: title } }');
  await page.result.shows(/"again": "Acme Corporation"/);
  // The page saves the text after a pause.
  await until(() => page.page.evaluate(() => Object.values(localStorage).join()), (text) => text.includes('again: title } }'), 'the saved document');
  await page.page.reload();
  await page.operation.shows(/again: title/);
  assert.equal(await page.result.text(), '');
  await page.button('Execute query').click();
  await page.result.shows(/"again": "Acme Corporation"/);
});

describe('with an instance for each organization', () => {
  let own;

  before(async () => {
    mkdirSync(sandbox.path('tenants'));
    own = await sandbox.start((config, settings) => {
      config.plugins.instances = {};
      config.graphiql = { queryFile: 'first.graphql', headers: { 'X-Organization': 'acme' } };
      settings.database = { root: sandbox.path('tenants') };
    });
    assert.ok(own.url, own.log);
  });

  after(() => own?.stop());

  visiting('the page shows a header with an organization, which loads the schema, and another one can take its place', async (page, visit) => {
    await page.button('Headers').click();
    await page.headers.shows(/"X-Organization": "acme"/);
    await page.choose('List');
    await page.answer(/"count": 0/);
    await page.operation.type('{ integ');
    await page.page.locator('.suggest-widget.visible').getByRole('option', { name: 'integrations' }).waitFor();
    await visit.picture('organization');
    await page.setHeaders({ 'X-Organization': 'globex' });
    await page.run('query Other { other: integrations(organizationId: "acme") { total { count } } }');
    await page.result.shows(/"PERMISSION_DENIED"/);
  }, [], () => own.url);
});
