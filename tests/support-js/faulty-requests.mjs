// SPDX-License-Identifier: MIT
// Requests over HTTP at which the client is at fault, and what every gateway must answer: 4xx and JSON.
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';

const JSON_TYPE = { 'content-type': 'application/json' };
const ME = '{ me { id } }';

const post = (status, body, headers = {}) => ({ status, method: 'POST', body, headers: { ...JSON_TYPE, ...headers } });
const get = (status, search) => ({ status, method: 'GET', search, headers: {} });
const list = (length) => JSON.stringify(Array(length).fill(1));
const members = (count) => JSON.stringify(Object.fromEntries(list(count).split(',').map((_, i) => [`m${i}`, 1])));
const nested = (depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Faulty bodies of POST, and faulty headers. */
export const FAULTY_POSTS = [
  ...['', '{', '[]', 'null', '1', `[{"query":"${ME}"}]`, '{}', '{"query":1}', '{"query":null}'].map((body) => post(400, body)),
  ...['"x"', '[]', '1', 'true'].flatMap((value) => ['variables', 'extensions'].map((name) => post(400, `{"query":"${ME}","${name}":${value}}`))),
  post(400, `{"query":"${ME}","operationName":{}}`),
  post(400, `{"query":"${ME}","variables":{"a":${nested(200)}}}`),
  post(400, nested(200_000)),
  ...[members(2000), list(2000), members(80_000), `[${Array(50).fill(members(40))}]`, `{"b":{"c":${list(2000)}}}`].map((value) =>
    post(400, `{"query":"${ME}","variables":{"a":${value}}}`)),
  post(400, `{"query":"${ME}","variables":${members(2001)}}`),
  post(400, Buffer.from(`{"query":"${ME}","operationName":"\xff"}`, 'latin1')),
  ...[`{integration(id:${'['.repeat(3000)}`, `{ nodes(ids: ${nested(200)}) { id } }`, `query($a: ${'['.repeat(200)}`, '{a'.repeat(201), '{a(a:'.repeat(101),
    `{ a(a: ${'{a:'.repeat(1200)}1${'}'.repeat(1200)}) }`, `${'{...'.repeat(201)}"`].map((query) => post(400, JSON.stringify({ query }))),
  post(413, `{"query":"${ME}","pad":"${'x'.repeat(1 << 20)}"}`),
  post(415, gzipSync(`{"query":"${ME}"}`), { 'content-encoding': 'gzip' }),
  post(415, gzipSync(`{"query":"${ME}","pad":"${'x'.repeat(49e6)}"}`), { 'content-encoding': 'gzip' }),
  post(415, `{"query":"${ME}"}`, { 'content-encoding': 'br' }),
  ...['text/plain', 'application/json-patch+json', 'application/jsonx', 'application/json; charset=latin1', 'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x'].map((type) => post(415, `{"query":"${ME}"}`, { 'content-type': type })),
];

const Q = `query=${encodeURIComponent(ME)}`;

/** Faulty parameters of GET, and other methods. */
export const FAULTY_GETS = [
  ...['', 'variables={}', `${Q}&${Q}`, 'query=%FF', 'query=%zz', 'query=%'].map((search) => get(400, search)),
  ...['%7B', '[]', '1', 'null&variables=null', nested(200), `{"a":${list(2000)}}`].map((value) => get(400, `${Q}&variables=${value}`)),
  ...['%7B', '[]', '%22%22'].map((value) => get(400, `${Q}&extensions=${value}`)),
  get(400, `${Q}&operationName=A&operationName=A`),
  get(400, `${Q}&operationName=Nowhere`),
  get(400, `query=${'{a'.repeat(3000)}`),
  ...['PUT', 'DELETE', 'PATCH', 'OPTIONS'].map((method) => ({ status: 405, method, headers: {}, search: Q })),
];

/** Sends a request of these lists. Returns what is wrong with the answer, or undefined. */
export async function answerTo(url, { status, method, body, search, headers }) {
  const target = new URL(url);
  if (search !== undefined) target.search = search;
  const response = await fetch(target, { method, body, headers: { 'apollo-require-preflight': 'true', ...headers } });
  const text = await response.text();
  const of = `${method} ${search ?? `${body.slice(0, 60)} ${JSON.stringify(headers)}`}: ${response.status} ${text.slice(0, 200)}`;
  if (response.status !== status) return of;
  if (!/^application\/(graphql-response\+)?json\b/.test(response.headers.get('content-type'))) return `${of}: no JSON`;
  return JSON.parse(text).errors.length > 0 && response.headers.get('access-control-allow-origin') === null ? undefined : of;
}

/** Bytes on a connection that are not an acceptable request, with the status of the answer. */
export const FAULTY_BYTES = [
  [400, 'rubbish\r\n\r\n'],
  [400, 'GET /graphql HTTP/1.1\r\nconnection: close\r\n\r\n'],
  [400, 'GET /graphql HTTP/1.1\r\nhost: a b\r\n\r\n'],
  [400, 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  [400, 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!'],
  [400, 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: -5\r\n\r\nhello'],
  [400, 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-length: +5\r\n\r\nhello'],
  [400, 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n'],
  [400, 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'],
  [400, 'GET /graphql HTTP/1.1\r\nhost: localhost\r\nx : y\r\n\r\n'],
  [404, 'GET /graphql/../x HTTP/1.1\r\nhost: localhost\r\n\r\n'],
  [404, 'GET http://localhost/graphql HTTP/1.1\r\nhost: localhost\r\n\r\n'],
  [413, 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n'],
  [417, 'POST /graphql HTTP/1.1\r\nhost: localhost\r\nexpect: a-miracle\r\n\r\n'],
  [431, `GET /graphql HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(1 << 20)}\r\n\r\n`],
];

/** Sends bytes; `more()`, if given, is sent whenever the connection takes more. Resolves with all that comes until the connection closes. */
export function exchange(url, bytes, more) {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    const write = () => { while (more && socket.writable && socket.write(more())); };
    socket.setEncoding('latin1').on('data', (text) => { answer += text; });
    socket.on('error', () => {}).on('close', () => resolve(answer)).on('drain', write);
    socket.write(bytes);
    write();
  });
}
