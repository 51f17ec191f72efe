// SPDX-License-Identifier: MIT
// Spans of a gateway that runs, as a collector gets them; and collectors that do not take them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demoGateway } from '../support-js/paths.mjs';
import { Collector } from '../support-js/collector.mjs';
import { PLUGIN_ID } from '../support-js/sandbox.mjs';
import { Gateway, Sandbox } from './harness.mjs';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const LIST = '{ integrations(organizationId: "acme", first: 1) { nodes { id } } }';

let sandbox;

before(() => { sandbox = new Sandbox(); });
after(() => sandbox?.remove());

/** Starts a gateway that sends its traces to a URL. */
async function start(url, variables = {}) {
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_BSP_SCHEDULE_DELAY: '100', ...variables };
  const gateway = new Gateway(process.execPath, [demoGateway, '--config', sandbox.writeConfig()], environment);
  await gateway.ready();
  return gateway;
}

const nameOf = ({ name, kind, status, attributes: { 'error.type': code } }) => [name, kind, status, code];

test('calls are spans below the request, and that below its caller', async (t) => {
  const collector = await Collector.open(t);
  const gateway = await start(collector.url, { OTEL_SERVICE_NAME: 'shop' });
  await gateway.data(LIST, {}, { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01` });
  const { id } = await gateway.create('acme', 'Own trace');
  const refused = 'mutation($id: ID!) { integrationUpdate(input: { id: $id, version: 9, title: "x" }) { integration { id } } }';
  const { errors } = await gateway.query(refused, { id }, { traceparent: `00-${TRACE_ID}-${SPAN_ID}-01` });
  await gateway.data('query($id: ID!) { node(id: $id) { id } }', { id }, { traceparent: `00-${TRACE_ID}-${SPAN_ID}-00` }); // Not sampled.
  assert.equal((await fetch(new URL('/health', gateway.url))).status, 200);
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null }, gateway.log);
  const { spans } = collector;
  const requests = spans.filter(({ kind }) => kind === 'SERVER');
  assert.deepEqual(requests.map(nameOf), Array(3).fill(['POST /graphql', 'SERVER', 'UNSET', undefined]));
  const calls = requests.map(({ traceId, spanId }) => spans.filter((span) => span.traceId === traceId && span.parentSpanId === spanId));
  assert.deepEqual(calls.map((each) => each.map(nameOf)), [
    [['Query.integrations', 'INTERNAL', 'UNSET', undefined]],
    [['Mutation.integrationCreate', 'INTERNAL', 'UNSET', undefined]],
    [['Mutation.integrationUpdate', 'INTERNAL', 'ERROR', errors[0].extensions.code]],
  ]);
  assert.deepEqual(requests.map(({ traceId, parentSpanId }) => [traceId === TRACE_ID, parentSpanId || undefined]),
    [[true, SPAN_ID], [false, undefined], [true, SPAN_ID]]);
  assert.equal(errors[0].extensions.traceId, TRACE_ID);
  assert.equal(requests[0].attributes['http.response.status_code'], 200);
  assert.deepEqual(calls[0][0].attributes, { 'graphql.plugin.id': PLUGIN_ID, 'graphql.operation.type': 'query', 'graphql.field': 'Query.integrations' });
  assert.ok(spans.every(({ service }) => service === 'shop'));
  assert.equal(spans.length, 6, JSON.stringify(spans));
  assert.ok(!JSON.stringify(spans).includes('Own trace'));
});

/** Sends requests, which must all be answered; then the gateway must end by itself. */
async function serveOn(gateway, count, collector) {
  for (let i = 0; i < count; i++) await gateway.data(LIST);
  const posts = collector?.posts;
  assert.deepEqual(await gateway.stop(), { code: 0, signal: null }, gateway.log);
  assert.match(gateway.log, /"msg":"stopped"}\n$/);
  return posts; // Until it was to end.
}

test('a collector that never answers holds up no request, and not the end', { timeout: 120_000 }, async (t) => {
  const collector = await Collector.open(t, { hangs: true });
  const gateway = await start(collector.url, { OTEL_BSP_MAX_QUEUE_SIZE: '64', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '16', OTEL_EXPORTER_OTLP_TIMEOUT: '1000' });
  const posts = await serveOn(gateway, 200, collector);
  const { length } = collector.spans; // Of 400: batches that were tried, and what waited at the end.
  assert.ok(length >= 16 && length <= 64 + (posts + 1) * 16, `${length} of ${posts}`);
  assert.match(gateway.log, /"level":"warning","time":"[^"]*","pid":\d+,"hostname":"[^"]*","msg":"traces: not sent: .*timed out/);
});

test('so does one that refuses, which is counted in the log', { timeout: 120_000 }, async (t) => {
  const collector = await Collector.open(t);
  const { url } = collector;
  collector.close();
  const gateway = await start(url, { OTEL_EXPORTER_OTLP_TIMEOUT: '100', OTEL_BSP_SCHEDULE_DELAY: '1', OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1' });
  await serveOn(gateway, 50);
  const lines = gateway.log.split('\n').filter((line) => line.includes('traces: not sent: '));
  assert.ok(lines.length >= 2 && lines.length <= 12, gateway.log);
  assert.match(lines.at(-1), /more in the last 60 s: traces: not sent: .*ECONNREFUSED/);
});

test('variables that are wrong are named, and nothing starts', async () => {
  for (const [variables, reason] of [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' }, /OTEL_EXPORTER_OTLP_ENDPOINT: not a URL with http/],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://' }, /OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: not a URL/],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /OTEL_EXPORTER_OTLP_PROTOCOL: traces are sent by HTTP only/],
  ]) {
    const gateway = await start('http://127.0.0.1:1', variables);
    assert.equal(gateway.url, undefined);
    assert.equal((await gateway.ended).code, 1);
    assert.match(gateway.log, reason);
  }
});

test('traces that are switched off are not sent', async (t) => {
  const collector = await Collector.open(t);
  for (const variables of [{ OTEL_SDK_DISABLED: 'true' }, { OTEL_TRACES_EXPORTER: 'none' }, { OTEL_TRACES_SAMPLER: 'always_off' }]) {
    const gateway = await start(collector.url, variables);
    await serveOn(gateway, 1);
  }
  assert.equal(collector.posts, 0);
});
