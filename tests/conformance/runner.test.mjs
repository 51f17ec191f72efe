// SPDX-License-Identifier: MIT
// Tests the suite itself: it fails when it should, rejects mistakes in cases, and covers all of the
// plugin's errors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { root } from '../support-js/paths.mjs';
import { readCase, readCases } from './runner/cases.mjs';
import { Gateways, isFor } from './runner/host.mjs';
import { readHosts } from './runner/hosts.mjs';
import { differ, differInOrder, substitute } from './runner/match.mjs';
import { ERRORS } from './runner/problem-details.mjs';
import { replaceTable, tableDifferences } from './runner/page.mjs';
import { markdownOf, rowOf, Tap } from './runner/report.mjs';
import { runCase } from './runner/steps.mjs';
import { runHost } from './runner/suite.mjs';
import { makeVault } from './runner/tokens.mjs';

const cases = readCases(fileURLToPath(new URL('cases', import.meta.url)));
const source = (file) => readFileSync(`${root}/${file}`, 'utf8');
const DOCUMENT = 'query Me { me { id title } } mutation Ping { ping }';
let vault;

before(() => { vault = makeVault(); });
after(() => vault?.remove());

/** The text of a case with these steps, and a last one that uses the rest of the document. */
function caseOf(steps, more = {}) {
  return JSON.stringify({ about: 'An example of a case', ...more, steps: [...steps, { run: 'Ping' }] });
}

test('each difference names its place', () => {
  const expected = { a: [1, { b: 'x' }], c: { $match: '^\\d+$' }, d: { $any: 'integer' } };
  assert.deepEqual(differ(expected, { a: [1, { b: 'x' }], c: '12', d: 3 }, 'data'), []);
  const differing = [
    [{ a: [1, { b: 'y' }], c: '12', d: 3 }, 'data.a.1.b: "y" instead of "x"'],
    [{ a: [1, { b: 'x', e: null }], c: '12', d: 3 }, 'data.a.1.e is not expected: null'],
    [{ a: [1], c: '12', d: 3 }, 'data.a: [1] instead of [1,{"b":"x"}]'],
    [{ a: [1, { b: 'x' }], c: 'twelve', d: 3 }, 'data.c: "twelve" is not {"$match":"^\\\\d+$"}'],
    [{ a: [1, { b: 'x' }], c: '12', d: 3.5 }, 'data.d: 3.5 is not {"$any":"integer"}'],
    [{ a: [1, { b: 'x' }], c: '12' }, 'data.d: nothing is not {"$any":"integer"}'],
    [null, `data: null instead of ${JSON.stringify(expected)}`],
  ];
  for (const [actual, said] of differing) assert.deepEqual(differ(expected, actual, 'data'), [said]);
  assert.deepEqual(differInOrder({ a: 1, b: { c: 1, d: 2 } }, { a: 1, b: { d: 2, c: 1 } }, 'data'), ['data.b: in the order d,c, not c,d']);
});

test('captured values and repeated text are substituted', () => {
  assert.deepEqual(substitute({ id: '$id', list: ['$token.good'], price: '$5', x: { $repeat: ['ab', 2] } }, { id: 7, 'token.good': 't' }),
    { id: 7, list: ['t'], price: '$5', x: 'abab' });
});

test('a mistake in a case is an error that names its place', () => {
  const mistakes = [
    [caseOf([{ run: 'Mee' }, { run: 'Me' }]), /no operation Mee/],
    [caseOf([]), /no step runs Me/],
    [caseOf([{ run: 'Me', expects: {} }]), /expects/],
    [caseOf([{ run: 'Me', expect: {} }]), /fewer than 1/],
    [caseOf([{ run: 'Me', actor: 'everybody' }]), /no actor everybody/],
    [caseOf([{ run: 'Me', variables: { id: '$id' } }]), /captured as \$id/],
    [caseOf([{ run: 'Me', expect: { data: { me: '$token.best' } } }]), /captured as \$token\.best/],
    [caseOf([{ run: 'Me', expect: { data: { $matches: 'x' } } }]), /no meaning/],
    [caseOf([{ run: 'Me', expect: { data: { $match: '(' } } }]), /no meaning/],
    [caseOf([{ run: 'Me', expect: { data: { $any: 'thing' } } }]), /no meaning/],
    [caseOf([{ run: 'Me', variables: { first: { $number: '01x' } } }]), /no meaning/],
    [caseOf([{ run: 'Me', expect: { data: { $any: 'string', me: 1 } } }]), /beside other members/],
    [caseOf([{ run: 'Me', expect: { errors: [{ path: ['me'], code: 'NOTFOUND' }] } }]), /allowed values/],
    [caseOf([{ run: 'Me', expect: { errors: [] } }]), /fewer than 1/],
    [caseOf([{ run: 'Me', expect: { refused: '(' } }]), /not a pattern/],
    [caseOf([{ run: 'Me', atOnce: 3, expect: { outcomes: [{ times: 1, expect: { data: 1 } }, { times: 1, expect: { data: 2 } }] } }]), /2 outcomes are expected, but 3/],
    [caseOf([{ run: 'Me' }], { server: 'other' }), /server/],
    [caseOf([{ run: 'Me', locked: true }]), /no organization/],
    [caseOf([{ run: 'Me' }, { sql: 'SELECT 1' }]), /no organization/],
    [caseOf([{ run: 'Me' }], { colour: 'red' }), /colour/],
  ];
  for (const [text, said] of mistakes) assert.throws(() => readCase('mistake', DOCUMENT, text), said);
  assert.equal(readCase('good', DOCUMENT, caseOf([{ run: 'Me' }])).actor, 'all');
});

test('a mistake in the list of hosts is an error', () => {
  const host = { name: 'x', title: 'X', command: ['node', 'x.js'], packages: ['x'] };
  const reason = 'A reason of some length';
  assert.throws(() => readHosts(['a'], [{ ...host, deviations: { b: reason } }]), /x: there is no case b/);
  assert.throws(() => readHosts(['a'], [{ ...host, deviations: { a: 'no' } }]), /fewer than 20/);
  assert.throws(() => readHosts(['a'], [{ ...host, colour: 'red' }]), /additional properties/);
  assert.deepEqual(readHosts(['a'], [{ ...host, deviations: { a: reason } }])[0].adds, { extensions: [], schema: [] });
});

test('a host that is tried in several ways is several hosts', () => {
  const hosts = readHosts(['a'], [{ name: 'x', title: 'X', command: ['node', 'x.js'], packages: ['x'], perOrganization: true, perInstance: true },
    { name: 'y', title: 'Y', command: ['node', 'y.js'], packages: ['y'] }]);
  assert.deepEqual(hosts.map(({ name, title, storage }) => [name, title, storage]),
    [['x', 'X', 'shared'], ['x-tenants', 'X, a database for each organization', 'tenants'],
      ['x-instances', 'X, an instance for each organization', 'instances'], ['y', 'Y', 'shared']]);
});

test('the cases cover every code of the plugin, and every reason to reject a token', () => {
  const errors = [...source('plugin/resolvers/error.h').matchAll(/X\((\w+), "([\w-]+)", (\d+), "([^"]+)"\)/g)];
  assert.deepEqual(Object.fromEntries(errors.map(([, code, slug, status, title]) => [code, [slug, Number(status), title]])), ERRORS);
  const expectations = JSON.stringify(cases);
  for (const code of Object.keys(ERRORS)) assert.ok(expectations.includes(`"code":"${code}"`), code);
  const reasons = [...source('vault/credential_ref.h').matchAll(/X\(\w+, "(\w+)", /g)];
  assert.equal(reasons.length, 11);
  for (const [, reason] of reasons) assert.ok(expectations.includes(`"reason":"${reason}"`), reason);
});

test('the cases cover every field of Query and Mutation', () => {
  const documents = cases.map(({ document }) => document).join('\n');
  for (const name of ['integration', 'integrations', 'integrationCreate', 'integrationUpdate', 'integrationDelete', 'node', 'nodes', 'me', 'actors']) {
    assert.match(documents, new RegExp(`\\b${name}(\\(| \\{)`), name);
  }
});

const demo = () => readHosts(cases.map(({ name }) => name)).find(({ name }) => name === 'demo');
const example = (name, title) => readCase(name, DOCUMENT, caseOf([{ run: 'Me', expect: { data: { me: { id: 'user:ada', title } } } }]));

test('a wrong answer fails; a deviation must fail, and is stale if it passes', async () => {
  const deviations = { known: 'It calls her by another name', stale: 'It called her by another name' };
  const results = await runHost({ ...demo(), deviations },
    [example('right', 'ada'), example('wrong', 'Ada'), example('known', 'Ada'), example('stale', 'ada')], vault);
  assert.deepEqual(results.map(({ test: name, verdict }) => [name, verdict]),
    [['start', 'pass'], ['right', 'pass'], ['wrong', 'fail'], ['known', 'cannot'], ['stale', 'fail'], ['end', 'pass']]);
  assert.deepEqual(results[2].findings, ['step 0 (Me): data.me.title: "ada" instead of "Ada"']);
  assert.match(results[4].findings[0], /stale/);
});

test('the example of the page is a case that passes', async () => {
  const [, document, expectations] = /```graphql\n([^]*?)```[^]*?```json\n([^]*?)```/.exec(source('tests/conformance/README.md'));
  const results = await runHost(demo(), [readCase('example', document, expectations)], vault);
  assert.deepEqual(results.map(({ verdict, findings }) => [verdict, findings]), [['pass', []], ['pass', []], ['pass', []]]);
});

/** A fake host that answers with `answerOf` of the operation, and keeps the requests. */
function pretended(answerOf, count = 1) {
  const sent = [];
  const headers = [];
  const turns = [];
  const post = async (number, body, own) => {
    sent.push(JSON.parse(body));
    headers.push(own);
    turns.push(number);
    return new Response(JSON.stringify({ data: answerOf(sent.at(-1).operationName, sent.length) }));
  };
  const processes = Array.from({ length: count }, (_, number) => ({ post: (...all) => post(number, ...all), log: '' }));
  const gateways = new Gateways(processes, { typeBase: 'urn:x:' });
  const server = async () => gateways;
  return { sent, headers, turns, server, tokens: {}, adds: { extensions: [], schema: [] }, sandbox: { folder: '/nowhere', jwt: async () => 'x' } };
}

test('a query is sent twice and a mutation once; an operation is sent alone or with the whole document', async () => {
  const steady = pretended((name) => (name === 'Me' ? { me: { id: 'user:ada', title: 'ada' } } : { ping: true }));
  assert.deepEqual(await runCase(example('steady', 'ada'), steady), []);
  assert.deepEqual(steady.sent.map(({ operationName }) => operationName), ['Me', 'Me', 'Ping']);
  assert.ok(!steady.sent[0].query.includes('Ping'));
  const whole = pretended(() => ({}));
  assert.deepEqual(await runCase(readCase('whole', DOCUMENT, caseOf([{ run: 'Me' }], { sends: 'document' })), whole), []);
  assert.equal(whole.sent[0].query, DOCUMENT);
  const fickle = pretended((name, times) => ({ me: { id: 'user:ada', title: times === 1 ? 'ada' : 'Ada' } }));
  assert.deepEqual(await runCase(example('fickle', 'ada'), fickle), ['step 0 (Me): data.me.title: "Ada" instead of "ada"']);
});

test('with an instance for each organization, cases that concern one run, and requests name it', async () => {
  const alone = readCase('alone', DOCUMENT, caseOf([{ run: 'Me', organization: 'globex' }], { organization: 'acme' }));
  const several = example('several', 'ada');
  const storages = ['shared', 'tenants', 'instances'];
  assert.deepEqual(storages.map((storage) => [alone, several].filter((test) => isFor({ serves: 'host', storage }, test)).length), [2, 2, 1]);
  for (const storage of storages) {
    const host = { ...pretended(() => ({})), storage };
    assert.deepEqual(await runCase(alone, host), []);
    const named = storage === 'instances' ? ['globex', 'globex', 'acme'] : [undefined, undefined, undefined];
    assert.deepEqual(host.headers.map((headers) => headers['x-organization']), named);
  }
});

test('gateways that share the data take turns, and share what is sent at once', async () => {
  const shared = pretended(() => ({}), 2);
  assert.deepEqual(await runCase(readCase('turns', DOCUMENT, caseOf([{ run: 'Me' }, { run: 'Ping' }, { run: 'Me', atOnce: 4 }])), shared), []);
  assert.deepEqual(shared.turns, [0, 1, 0, 1, 0, 1, 0, 0]);
  const damaging = readCase('damaging', DOCUMENT, caseOf([{ run: 'Me' }], { server: 'damaged' }));
  assert.ok(!isFor({ serves: 'host', storage: 'server' }, damaging));
});

test('an answer that contains a path of the server fails, whatever is expected', async () => {
  const telltale = pretended(() => ({ me: 'it is in /nowhere/open.db' }));
  assert.deepEqual(await runCase(readCase('telltale', DOCUMENT, caseOf([{ run: 'Me' }])), telltale),
    ['step 0 (Me): the answer contains a path of the server']);
});

test('a host that does not start is one failure that shows its log', async () => {
  const results = await runHost({ ...demo(), command: ['node', '-e', 'console.error("no such luck"); process.exit(1)', '--'] }, [example('right', 'ada')], vault);
  assert.deepEqual(results.map(({ test: name, verdict }) => [name, verdict]), [['start', 'fail']]);
  assert.match(results[0].findings[0], /no such luck/);
});

test('results are counted, and shown in a table that the README must have', () => {
  const results = [{ test: 'a', title: 'x: a', verdict: 'pass' }, { test: 'b', title: 'x: b', verdict: 'cannot', reason: 'of a reason' },
    { test: 'c', title: 'x: c', verdict: 'fail', findings: ['one', 'two'] }];
  let text = '';
  const tap = new Tap((more) => { text += more; });
  results.forEach((result) => tap.add(result));
  assert.equal(tap.end(), false);
  assert.match(text, /^ok 1 - x: a\nok 2 - x: b # SKIP of a reason\nnot ok 3 - x: c\n {2}---\n {2}one\n {2}two\n {2}\.\.\.\n1\.\.3\n/m);
  assert.match(text, /# pass 1\n# fail 1\n# cancelled 0\n# skipped 1\n$/);
  const table = markdownOf([rowOf({ name: 'x', title: 'X' }, 'x 1.0.0', results)]);
  assert.match(table, /^\| X \| x 1\.0\.0 \| 1 of 3 \| `b`: of a reason \|$/m);
  const readme = 'before\n<!-- conformance: begin -->\nold\n<!-- conformance: end -->\nafter\n';
  assert.equal(tableDifferences(readme, table).length, 4);
  assert.deepEqual(tableDifferences(replaceTable(readme, table), table), []);
  assert.throws(() => tableDifferences('nothing', table), /no markers/);
});
