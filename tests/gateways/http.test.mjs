// SPDX-License-Identifier: MIT
// The server of the example gateways: every gateway answers faulty requests alike, and none can be
// exhausted by requests of one kind.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { serveHttp } from '../../examples/demo-host/http-server.js';
import { documentCache, isDocumentTooDeep, parserCaches } from '../../examples/demo-host/limits.js';
import { codesOfPage, FAULTY_DOCUMENTS } from '../support-js/errors-page.mjs';
import { answerTo, exchange, FAULTY_BYTES, FAULTY_GETS, FAULTY_POSTS } from '../support-js/faulty-requests.mjs';
import { environment } from '../support-js/paths.mjs';
import { Sandbox } from '../support-js/sandbox.mjs';
import { ask, GATEWAYS, start } from './support.mjs';

const OUTGOING = fileURLToPath(new URL('outgoing.cjs', import.meta.url));
const HEAP = '--max-old-space-size=96'; // MiB. A gateway has loaded with 50 to 70.
const DOCUMENTS = 100;
const PADDING = 'x'.repeat(900_000);
const LONG = 'L'.repeat(100_000);
/** A document that the parser can't parse because of its depth, and texts of JSON: a gateway may take a document as JSON. */
const UNREADABLE = [`{ nodes(ids: ${'['.repeat(2400)}${']'.repeat(2400)}) { id } }`, '123', 'null', '[]', '"x"', '{}', '{"kind":"Document"}'];
const CREATE_ONE = 'mutation($i: IntegrationCreateInput!) { integrationCreate(input: $i) { integration { id } } }';
/** The columns of the page of errors. */
const SERVERS = {
  '../demo': 'Yoga, demo', yoga: 'Yoga, demo', 'apollo-server': 'Apollo Server', mercurius: 'Mercurius', hive: 'Hive Gateway', federation: 'Apollo Gateway',
};
const names = (count, prefix) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

/** Faulty documents whose errors repeat a part of the request. */
const ECHOES = [
  { query: `query ${LONG} { ${names(100, 'a').map((a) => `${a}: integration(id: $${a}) { id }`).join(' ')} }` },
  { query: `{ ${`me { ${LONG} } `.repeat(50)} }`.slice(0, 1e6) },
  { query: `{ ${names(15, '').map((c) => `me { ${names(80, 'x').map((x) => `${x}: ${c % 2 ? 'id' : '__typename'}`).join(' ')} }`).join(' ')} }` },
  { query: CREATE_ONE, variables: { i: { title: LONG, ...Object.fromEntries(names(60, 'z').map((z) => [z, 1])) } } },
  { query: CREATE_ONE, variables: { i: Object.fromEntries(names(1900, 'z').map((z) => [z, 1])) } },
  { query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids: Array(1900).fill({}) } },
  { query: `mutation { integrationCreate(input: { ${names(1600, 'z').join(': 1 ')}: 1 }) { integration { id } } }` },
  { query: '{ me { id } }', operationName: LONG },
];

/** Returns a document of 3 KB with some 10,000 fields, fragments expanded. */
function expanding(i) {
  const list = (count, prefix, field) => names(count, prefix).map((each) => `${each}: ${field}`).join(' ');
  return `query q${i} { ${list(90, 'a', 'organization(id: "x") { ...F }')} } fragment F on Organization { ${list(9, 'b', 'settings { ...G }')} }
    fragment G on OrganizationSettings { ${list(11, 'c', 'locale')} }`;
}

/** Starts a gateway with options of Node. */
async function startWith(options, ...args) {
  const { NODE_OPTIONS } = environment;
  environment.NODE_OPTIONS = options;
  try {
    return await start(...args);
  } finally {
    environment.NODE_OPTIONS = NODE_OPTIONS ?? '';
  }
}

for (const [name, ...program] of [['../demo'], ...GATEWAYS.map((gateway) => [gateway]), ['federation', 'subgraph.js']]) {
  describe([name, ...program].join(' '), () => {
    let sandbox;
    let server;

    before(async () => {
      sandbox = new Sandbox();
      server = await startWith(`--require=${OUTGOING}`, name, sandbox.writeConfig(), ...program);
      assert.ok(server.url, server.log);
    });

    after(async () => {
      await server?.stop();
      sandbox?.remove();
    });

    test('it connects to nobody', async () => {
      assert.equal((await ask(server, '{ __typename }')).data.__typename, 'Query');
      assert.doesNotMatch(server.log, /^connects to/m);
    });

    if (program.length === 0) {
      test('the code of a document that is not executed is that of the page of errors', async () => {
        const answers = await Promise.all(Object.values(FAULTY_DOCUMENTS).map(async (body) => (await server.post(body)).json()));
        const codes = answers.map(({ errors }) => errors[0].extensions?.code);
        assert.deepEqual(Object.fromEntries(Object.keys(FAULTY_DOCUMENTS).map((fault, i) => [fault, codes[i]])), codesOfPage(SERVERS[name]));
        for (const { data } of answers) assert.equal(data ?? null, null);
      });
    }

    test("the client's faults are answered with 4xx and JSON", async () => {
      for (const request of [...FAULTY_POSTS, ...FAULTY_GETS]) assert.equal(await answerTo(server.url, request), undefined);
      for (const [status, bytes] of FAULTY_BYTES) {
        const answer = await exchange(server.url, bytes.replace('\r\nhost', '\r\nconnection: close\r\nhost'));
        assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), bytes.slice(0, 200));
        assert.match(answer, /\{"errors":\[\{"message":/, bytes.slice(0, 200));
      }
      assert.doesNotMatch(server.log, /"level":"error"/);
    });

    test('a document that can not be parsed is a fault of the client', async () => {
      for (const query of UNREADABLE) {
        const response = await server.post({ query });
        const text = await response.text();
        assert.ok(response.status === 200 || response.status === 400, `${response.status}: ${text.slice(0, 200)}`);
        assert.match(text, /^\{"errors":/);
        assert.doesNotMatch(text, /INTERNAL|Unexpected error/);
      }
      assert.doesNotMatch(server.log, /"level":"error"/);
    });

    test('an answer to a faulty document is at most four times as long as the request, plus 1 KiB per error', async () => {
      for (const body of ECHOES) {
        const response = await server.post(body);
        const text = await response.text();
        assert.ok(response.status < 500, text.slice(0, 200));
        const most = JSON.stringify(body).length * 4 + JSON.parse(text).errors.length * 1024;
        assert.ok(text.length <= Math.min(most, 110 * 1024), `${text.length} bytes for ${JSON.stringify(body).slice(0, 80)}`);
      }
    });

    test('members of Object.prototype in a request are harmless', async () => {
      const variables = JSON.parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}');
      const query = 'query($a: ID = "acme") { __proto__: organization(id: $a) { constructor: id } toString: __typename }';
      const response = await server.post(JSON.stringify({ query, variables, ['__proto__']: 1 }));
      assert.ok(response.status < 500, await response.text());
      assert.equal((await ask(server, '{ __typename }')).data.__typename, 'Query');
    });

    test('an object with a member named then is no fault of the server', async () => {
      const query = 'query($ids: [ID!]!) { nodes(ids: $ids) { ... { then: id } } a: nodes(ids: $ids) { ...F } } fragment F on Node { then: id }';
      const response = await server.post({ query, variables: { ids: Array(50).fill('user:ada') } });
      assert.doesNotMatch(await response.text(), /INTERNAL|Unexpected error/);
      assert.ok(response.status < 500);
      assert.doesNotMatch(server.log, /"level":"error"/);
    });

    test('a body without end is answered, and the connection closed', async () => {
      const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
      const headers = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n';
      await exchange(server.url, headers, () => chunk);
      assert.match(await exchange(server.url, `${headers}${chunk.repeat(65)}0\r\n\r\nGET / HTTP/1.1\r\nconnection: close\r\nhost: x\r\n\r\n`), /^HTTP\/1.1 413 /);
    });

    if (program.length === 0) test('caches hold a limited amount of text, so many distinct documents fit in a small heap', async () => {
      const small = await startWith(HEAP, name, sandbox.writeConfig(() => {}, 'small'), ...program);
      try {
        for (let i = 0; i < DOCUMENTS; i++) {
          assert.deepEqual(await ask(small, `{ __typename } # ${i} ${PADDING}`), { data: { __typename: 'Query' } });
        }
        for (let i = 0; i < 12; i++) { // A document that comes again may be compiled, with its fragments expanded.
          const { data } = await ask(small, expanding(i >> 1));
          assert.equal(Object.keys(data).length, 90);
        }
      } finally {
        await small.stop();
      }
    });
  });
}

test('a document is too deep beyond 200 brackets, which are counted outside of strings and comments', () => {
  const MANY = '[{('.repeat(100);
  const isShallow = (text) => !isDocumentTooDeep(text);
  assert.ok([`"${MANY}" {a}`, `"\\"${MANY}" {a}`, `"""${MANY} " \\""" ${MANY}"""`, `#${MANY}"\n{a}`, `{${'a(b:[{c:[]}]) '.repeat(300)}}`,
    `${'{a'.repeat(200)}${'}'.repeat(200)}`, `] ${'['.repeat(200)}`, `"${MANY}`, `? ${MANY}`, ''].every(isShallow));
  assert.ok([MANY, `"" ${MANY}`, `"a\\"" ${MANY}`, `#\n${MANY}`, `"""\\"""""" ${MANY}`, `${MANY}"`, `${'{a'.repeat(201)}${'}'.repeat(201)}`].every(isDocumentTooDeep));
});

test('caches hold a limited number of short documents', () => {
  const document = { loc: { source: { body: '{a}' } } };
  for (const cache of [documentCache(), ...Object.values(parserCaches())]) {
    const keys = names(2000, '{a}');
    for (const key of keys) cache.set(key, document);
    const held = keys.filter((key) => cache.get(key));
    assert.ok(held.length > 200 && held.length <= 256, `${held.length}`);
    assert.equal(held.at(-1), keys.at(-1));
  }
});

describe('a slow client', () => {
  const timeouts = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 };
  let server;

  before(async () => {
    server = await serveHttp(() => {}, { contextOf: () => ({}) }, { host: '127.0.0.1', port: 0 }, () => {}, { timeouts });
  });
  after(() => server?.stop());

  for (const [what, bytes] of [['nothing', ''], ['a part of the headers', 'GET /graphql HTTP/1.1\r\nhost: lo'],
    ['a part of the body', 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{']]) {
    test(`that sends ${what} is disconnected`, async () => {
      assert.match(await exchange(server.url, bytes), /^HTTP\/1.1 408 .*\{"errors":/s);
    });
  }
});

describe('more connections than there may be', { timeout: 60_000 }, () => {
  const lines = [];
  const asked = 'GET /graphql?query={a} HTTP/1.1\r\nhost: localhost\r\n\r\n';
  let server;

  before(async () => {
    const handle = (req, res) => { res.end('served'); };
    server = await serveHttp(handle, { contextOf: () => ({}) }, { host: '127.0.0.1', port: 0 }, (...line) => lines.push(line.join(' ')), { mostConnections: 2 });
  });
  after(() => server?.stop());

  /** A connection on which a request was answered, so that it is one of the server's. */
  async function served() {
    const client = connect(Number(new URL(server.url).port), '127.0.0.1');
    await askOn(client);
    return client;
  }

  async function askOn(client) {
    client.write(asked);
    assert.match(String((await once(client, 'data'))[0]), /served$/);
  }

  test('are closed without an answer, and the others are served', async () => {
    const clients = [await served(), await served()];
    for (let i = 0; i < 3; i++) assert.equal(await exchange(server.url, asked), '');
    for (const client of clients) await askOn(client);
    assert.deepEqual(lines, ['warning connections that were closed at once, because 2 were open: 1. Put a proxy in front that limits clients']);
    clients.pop().destroy();
    while (await exchange(server.url, asked.replace('\r\n', '\r\nconnection: close\r\n')) === '') await setTimeout(5);
    clients.pop().destroy();
  });
});
