// SPDX-License-Identifier: MIT
// Spans of calls, by OpenTelemetry's API: below the span under way, or that of the caller.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { afterEach, test } from 'node:test';
import { ACTOR, Bench, create, graphql, requireOfExamples } from './support.mjs';

const { context, ROOT_CONTEXT, trace } = requireOfExamples('@opentelemetry/api');
const { AsyncLocalStorageContextManager } = requireOfExamples('@opentelemetry/context-async-hooks');
const { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } = requireOfExamples('@opentelemetry/sdk-trace-base');

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';
const CALLER = `00-${TRACE_ID}-${SPAN_ID}-01`;

const exporter = new InMemorySpanExporter();
trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }));
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

afterEach(() => exporter.reset());

/** Returns the result of a query that comes over HTTP, and the trace of its request. */
async function overHttp(t, plugins, source, headers = {}) {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  request({ host: '127.0.0.1', port: server.address().port, agent: false, headers }).end();
  const [req, res] = await once(server, 'request');
  const pluginRequest = plugins.httpRequest(req, res, { actor: ACTOR });
  const result = await graphql.graphql({ schema: plugins.schema, source, contextValue: { actor: ACTOR, plugins, pluginRequest } });
  res.end();
  return { ...result, traceId: pluginRequest.traceId };
}

const partsOf = ({ name, status, attributes, parentSpanContext }) => [name, parentSpanContext?.spanId, status.code, attributes['error.type']];

test('a call is a span below that of its caller, with the code of its error', async (t) => {
  const plugins = await new Bench(t).load();
  const id = await create(plugins, 'x');
  await overHttp(t, plugins, '{ integrations(organizationId: "acme") { nodes { id } } }', { traceparent: CALLER });
  const { errors } = await overHttp(t, plugins, `mutation { integrationDelete(input: { id: "${id}", version: 7 }) { deletedId } }`, { traceparent: CALLER });
  assert.ok(errors[0].extensions.code);
  const spans = exporter.getFinishedSpans();
  assert.deepEqual(spans.map(partsOf), [
    ['Query.integrations', SPAN_ID, 0, undefined], ['Mutation.integrationDelete', SPAN_ID, 2, errors[0].extensions.code]]);
  assert.ok(spans.every((span) => span.spanContext().traceId === TRACE_ID));
});

test('an object that is loaded is a span, too', async (t) => {
  const plugins = await new Bench(t).load({ schema: 'type Query { one(id: ID!): Node } interface Node { id: ID! }' });
  plugins.schema.getQueryType().getFields().one.resolve = (source, args, contextValue, info) => plugins.load(args.id, contextValue, info);
  const id = await create(plugins, 'x');
  const { data } = await overHttp(t, plugins, `{ one(id: "${id}") { id } }`, { traceparent: CALLER });
  assert.equal(data.one.id, id);
  assert.deepEqual(exporter.getFinishedSpans().map(partsOf), [['load Integration', SPAN_ID, 0, undefined]]);
});

test('a span under way comes before the header, and gives the request its trace', async (t) => {
  const plugins = await new Bench(t).load();
  const span = trace.getTracer('test').startSpan('above', {}, ROOT_CONTEXT);
  const { traceId, spanId } = span.spanContext();
  const result = await context.with(trace.setSpan(ROOT_CONTEXT, span), () =>
    overHttp(t, plugins, '{ integrations(organizationId: "acme") { nodes { id } } }', { traceparent: CALLER }));
  assert.equal(result.traceId, traceId);
  assert.deepEqual(exporter.getFinishedSpans().map(partsOf), [['Query.integrations', spanId, 0, undefined]]);
});

test('without a caller there is no span; nor of one that does not sample', async (t) => {
  const plugins = await new Bench(t).load();
  const source = '{ integrations(organizationId: "acme") { nodes { id } } }';
  for (const traceparent of [undefined, 'rubbish', `00-${TRACE_ID}-${'0'.repeat(16)}-01`, CALLER.replace(/01$/, '00'), `${CALLER}-more`]) {
    const { errors, traceId } = await overHttp(t, plugins, source, traceparent && { traceparent });
    assert.equal(errors, undefined);
    assert.match(traceId, /^[0-9a-f]{32}$/);
  }
  assert.deepEqual(exporter.getFinishedSpans(), []);
});

test('a call that fails in the binding ends its span', async (t) => {
  const plugins = await new Bench(t).load();
  await plugins.close();
  const { errors } = await overHttp(t, plugins, '{ integrations(organizationId: "acme") { nodes { id } } }', { traceparent: CALLER });
  assert.equal(errors.length, 1);
  assert.deepEqual(exporter.getFinishedSpans().map(({ status }) => status.code), [2]);
});
