// SPDX-License-Identifier: MIT
// A span for each call of a plugin, below the gateway's own or that of its caller, if the gateway uses OpenTelemetry: by
// its API alone, which need not be there.
import { createRequire } from 'node:module';
import { findPeer } from './peer.js';

const { name, version } = createRequire(import.meta.url)('../package.json');
const api = findPeer('@opentelemetry/api');
const tracer = api?.trace.getTracer(name, version);

/** Returns the context of the span under way, else of the request's, else of its caller's, or undefined. */
function above({ context, remote }) {
  const now = api.context.active();
  const found = [now, context].find((each) => api.trace.getSpan(each));
  return found ?? (remote ? api.trace.setSpanContext(now, { ...remote, isRemote: true }) : undefined);
}

/** Whether an SDK is there: without one, the API's spans would cost what nobody sees. */
function isOn() {
  const provider = api?.trace.getTracerProvider();
  return provider !== undefined && (!provider.getDelegateTracer || provider.getDelegateTracer(name, version) !== undefined);
}

/** Returns where a request begins, for `callWithin`; false: there are no spans. `remote`: {traceId, spanId, traceFlags} of its caller, or null. */
export function originOf(remote) {
  return isOn() && { context: api.context.active(), remote };
}

/** Returns the ID of the trace under way, or undefined. */
export function traceIdUnderWay() {
  const span = api?.trace.getActiveSpan()?.spanContext();
  return span && api.isSpanContextValid(span) ? span.traceId : undefined;
}

/** Returns the code of the first error of an answer; see answer.js. */
function codeOf({ code, errors }) {
  return code ?? (errors && JSON.parse(errors)[0]?.extensions?.code);
}

/** Clients see messages, so a span has only the code. */
function end(span, code) {
  if (code !== undefined) span.setAttribute('error.type', code).setStatus({ code: api.SpanStatusCode.ERROR });
  span.end();
}

function endWith(span, answer) {
  end(span, codeOf(answer));
  return answer;
}

function fail(span, error) {
  end(span, 'INTERNAL_ERROR');
  throw error;
}

/** Returns what `call` does: an answer, or a promise of it. `attributesOf` returns {name, attributes} of the span. */
export function callWithin(origin, attributesOf, call) {
  const parent = origin && above(origin);
  if (!parent) return call();
  const { name: title, attributes } = attributesOf();
  const span = tracer.startSpan(title, { attributes }, parent);
  if (!span.isRecording()) return call();
  try {
    const answer = call();
    return typeof answer.then === 'function'
      ? answer.then((settled) => endWith(span, settled), (error) => fail(span, error)) : endWith(span, answer);
  } catch (error) {
    return fail(span, error);
  }
}
