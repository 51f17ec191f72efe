// SPDX-License-Identifier: MIT
// Reads the GraphQL request of an HTTP request (GraphQL over HTTP) within limits, so that no gateway
// meets one that is malformed. Every function throws only Rejected.
import { DEEPEST_DOCUMENT, isDocumentTooDeep } from './limits.js';
import { BadRequest, Rejected } from './rejected.js';

const LARGEST_BODY = 1 << 20; // Bytes.
const DEEPEST_JSON = 100; // Objects and arrays within each other.
const MOST_VALUES = 2000; // In variables. graphql-js repeats an object in the error of each of its members.
const JSON_TYPE = /^application\/json[ \t]*(?:;[ \t]*charset[ \t]*=[ \t]*("?)utf-8\1[ \t]*)?;?$/i;
const SIZE = /^\d{1,15}$/;
const TEXTS = ['query', 'operationName'];
const OBJECTS = ['variables', 'extensions'];

const utf8 = new TextDecoder('utf-8', { fatal: true });

function tooLarge() {
  return new BadRequest(`A request body must not exceed ${LARGEST_BODY} bytes`, 413);
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Yields the objects and arrays of each level of a value. */
function* levelsOf(value) {
  const below = (values) => values.filter((one) => typeof one === 'object' && one !== null);
  for (let level = below([value]); level.length > 0; level = below(level.flatMap(Object.values))) yield level;
}

function isTooDeep(value) {
  const levels = levelsOf(value);
  for (let depth = 0; depth < DEEPEST_JSON; depth++) if (levels.next().done) return false;
  return !levels.next().done;
}

/** Counts the members and elements of a value, and of all that it holds. */
function countValues(value) {
  let count = 0;
  for (const level of levelsOf(value)) for (const one of level) count += Object.keys(one).length;
  return count;
}

function parseJson(text, what) {
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadRequest(`${what} is not JSON`);
  }
  if (isTooDeep(value)) throw new BadRequest(`${what} is nested more than ${DEEPEST_JSON} deep`);
  return value;
}

function refuse(message) {
  throw new Rejected(400, 'VALIDATION_ERROR', message);
}

/** Checks the parameters. Only the query is required. */
function check(parameters) {
  if (!isObject(parameters)) throw new BadRequest('The body is not a JSON object');
  for (const name of TEXTS) {
    const value = parameters[name] ?? (name === 'query' ? undefined : '');
    if (typeof value !== 'string') throw new BadRequest(`The parameter ${name} must be a string`);
  }
  for (const name of OBJECTS) {
    if (!isObject(parameters[name] ?? {})) throw new BadRequest(`The parameter ${name} must be an object`);
  }
  if (countValues(parameters.variables) > MOST_VALUES) refuse(`Variables must not have more than ${MOST_VALUES} members and elements`);
  if (isDocumentTooDeep(parameters.query)) refuse(`A document must not be nested more than ${DEEPEST_DOCUMENT} deep`);
}

function checkEncoding(search) {
  try {
    decodeURIComponent(search);
  } catch {
    throw new BadRequest('The URL is not UTF-8 with percent-encoding');
  }
}

/** Checks the parameters of a URL. Gateways parse them again. */
function checkSearch(search) {
  checkEncoding(search);
  const parameters = new URLSearchParams(search);
  for (const name of [...TEXTS, ...OBJECTS]) {
    if (parameters.getAll(name).length > 1) throw new BadRequest(`The parameter ${name} is given twice`);
  }
  const values = Object.fromEntries(TEXTS.map((name) => [name, parameters.get(name)]));
  for (const name of OBJECTS) {
    const text = parameters.get(name);
    if (text !== null) values[name] = parseJson(text, `The parameter ${name}`);
  }
  check(values);
}

function checkHeaders(headers) {
  const { 'content-type': type = '', 'content-encoding': encoding = 'identity', 'content-length': size = '0' } = headers;
  if (!JSON_TYPE.test(type)) throw new BadRequest('The content type must be application/json, in UTF-8', 415);
  if (encoding.toLowerCase() !== 'identity') {
    throw new BadRequest('The body must not be compressed', 415, { 'accept-encoding': 'identity' }); // RFC 9110, section 12.5.3.
  }
  if (!SIZE.test(size) || Number(size) > LARGEST_BODY) throw tooLarge();
}

async function readBody(req) {
  const chunks = [];
  let size = 0;
  for await (const chunk of req.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > LARGEST_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return utf8.decode(Buffer.concat(chunks));
  } catch {
    throw new BadRequest('The body is not UTF-8');
  }
}

/** The path must be exact. The host is checked because gateways make a URL of it. */
function checkTarget({ url, headers }) {
  const [path] = url.split('?', 1);
  if (path !== '/graphql') throw new BadRequest('The only path is /graphql', 404);
  if (!headers.host || !URL.canParse(`http://${headers.host}/`)) throw new BadRequest('The header Host is not the name of a host');
}

function isForPage({ method, url, headers }) {
  return method === 'GET' && (headers.accept ?? '').includes('text/html') && !new URLSearchParams(url.split('?')[1]).has('query');
}

/**
 * Checks a request, and reads the body of a POST into `req.body`. `hasPage`: browsers get a page at the
 * address of the API. Returns whether the request asks for it.
 */
export async function readRequest(req, hasPage) {
  checkTarget(req);
  if (hasPage && isForPage(req)) return true;
  if (req.method === 'GET') {
    checkSearch(req.url.slice('/graphql'.length));
    return false;
  }
  if (req.method !== 'POST') throw new BadRequest('The method must be GET or POST', 405, { allow: 'GET, POST' });
  checkHeaders(req.headers);
  req.body = parseJson(await readBody(req), 'The body');
  check(req.body);
  return false;
}
