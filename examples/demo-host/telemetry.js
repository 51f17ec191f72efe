// SPDX-License-Identifier: MIT
// OpenTelemetry's SDK: a span for each request, below the caller's, sent in batches. Nothing waits for the collector:
// spans that it does not take are dropped beyond the SDK's bound (OTEL_BSP_MAX_QUEUE_SIZE).
import { context, defaultTextMapGetter, diag, DiagLogLevel, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';

const ROUTE = '/graphql';
const PATIENCE = 3000; // Milliseconds, unless OTEL_EXPORTER_OTLP_TIMEOUT says otherwise.
const END = 5000; // Likewise, when the process ends.

/** Of what is sent: who sends it. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES have precedence. */
function resource() {
  return defaultResource().merge(resourceFromAttributes({ 'service.name': 'gateway' })).merge(detectResources({ detectors: [envDetector] }));
}

/** What the SDK has to say. Failures repeat as long as the collector is away: `log` counts them. */
function report(log) {
  const warn = (message) => context.with(ROOT_CONTEXT, () => log('warning', `traces: ${message}`)); // Of no request.
  diag.setLogger({ error: warn, warn, info() {}, debug() {}, verbose() {} }, DiagLogLevel.WARN);
  setGlobalErrorHandler((error) => warn(`not sent: ${error.message || error.code || error}`));
}

export class Telemetry {
  #provider;
  #log;
  #tracer;
  #propagator = new W3CTraceContextPropagator();

  constructor(log) {
    this.#log = log;
    report(log);
    const patience = process.env.OTEL_EXPORTER_OTLP_TRACES_TIMEOUT || process.env.OTEL_EXPORTER_OTLP_TIMEOUT ? {} : { timeoutMillis: PATIENCE };
    const processor = new BatchSpanProcessor(new OTLPTraceExporter(patience));
    this.#provider = new BasicTracerProvider({ resource: resource(), spanProcessors: [processor] });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.setGlobalTracerProvider(this.#provider);
    this.#tracer = trace.getTracer('demo-host');
  }

  /** Calls `action` within a span below that of `traceparent`, which ends with the answer; only for the API. */
  serve(req, res, action) {
    if (req.url.split('?', 1)[0] !== ROUTE) return action();
    const above = this.#propagator.extract(ROOT_CONTEXT, req.headers, defaultTextMapGetter);
    const attributes = { 'http.request.method': req.method, 'http.route': ROUTE, 'url.path': ROUTE, 'url.scheme': 'http' };
    const span = this.#tracer.startSpan(`${req.method} ${ROUTE}`, { kind: SpanKind.SERVER, attributes }, above);
    res.once('close', () => {
      span.setAttribute('http.response.status_code', res.statusCode);
      if (res.statusCode >= 500) span.setAttribute('error.type', String(res.statusCode)).setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    return context.with(trace.setSpan(above, span), action);
  }

  spanUnderWay() {
    return trace.getActiveSpan()?.spanContext();
  }

  async stop() {
    let timer;
    const late = new Promise((resolve) => { timer = setTimeout(() => resolve('late'), END); });
    const end = await Promise.race([this.#provider.shutdown().catch((error) => this.#log('warning', `traces: ${error.message}`)), late]);
    clearTimeout(timer);
    if (end === 'late') this.#log('warning', `traces: the collector did not take the last ones within ${END / 1000} s`);
  }
}
