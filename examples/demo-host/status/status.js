// SPDX-License-Identifier: MIT
// The status page, for people who would rather look than set up a monitoring system: /status is the page, which
// holds no data, and /status/data what it shows, for those who may read in all organizations.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Rejected } from '../rejected.js';

const ADDRESS = '/status';
const DATA = '/status/data';
const MOST_EVENTS = 10;
/** Organizations that are told apart by the size of their databases, and by when a token expires; all others are added up. */
const MOST_ORGANIZATIONS = 8;

const read = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const [style, script] = [read('page.css'), read('page.js')];
const page = read('page.html').replace('/* page.css */', () => style).replace('/* page.js */', () => script);
const hashOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };
const PAGE_HEADERS = {
  ...HEADERS,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; connect-src 'self'; ` +
    "img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
};

function checkMayWatch(actor) {
  const isAllowed = (grant) => grant.organizationId === null && grant.actions.includes('READ');
  if (!actor) throw new Rejected(401, 'UNAUTHENTICATED', 'A token is required', { 'www-authenticate': 'Bearer' });
  if (!actor.grants.some(isAllowed)) throw new Rejected(403, 'PERMISSION_DENIED', 'The token does not grant READ in all organizations');
}

/** Without what it was about: titles are nobody's business here. */
function outlineOf({ isErased = false, time, eventType, aggregateId, actorId }) {
  return { isErased, time, type: eventType, entityId: aggregateId, actorId };
}

/** Returns {events}, the last ones first, or {refusal}. `events` is null if no plugin offers them. */
async function lastEvents({ plugins }, organizationId, context) {
  if (plugins.eventsPlugin === null || organizationId === undefined) return { events: null };
  try {
    const found = await plugins.readEvents({ organizationId, backward: true, limit: MOST_EVENTS }, { ...context, organizationId });
    return { events: found.events.map(outlineOf) };
  } catch (error) {
    return { refusal: error.message };
  }
}

/**
 * Answers a request for the page or its data; false if it is for something else, or the host has no status page. Throws
 * Rejected if the request is at fault. `health` as in health.js.
 */
export async function answerStatus(req, res, host, health) {
  const [path, query] = req.url.split('?');
  if (!host.hasStatus || req.method !== 'GET' || ![ADDRESS, DATA].includes(path)) return false;
  if (path === ADDRESS) {
    res.writeHead(200, PAGE_HEADERS).end(page);
    return true;
  }
  const context = await host.contextOf(req, res, true);
  checkMayWatch(context.actor);
  const organization = new URLSearchParams(query).get('organization') ?? host.listedOrganizations[0];
  const { status, plugins } = health.state();
  const data = {
    time: new Date().toISOString(),
    seconds: process.uptime(),
    status,
    plugins,
    organizations: host.listedOrganizations,
    organization,
    ...await lastEvents(host, organization, context),
    metrics: host.plugins.metrics({ organizations: MOST_ORGANIZATIONS }),
  };
  res.writeHead(200, { ...HEADERS, 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(data));
  return true;
}
