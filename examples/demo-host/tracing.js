// SPDX-License-Identifier: MIT
// Traces of requests, if the environment says where to send them (OTEL_EXPORTER_OTLP_ENDPOINT). The packages
// of OpenTelemetry are loaded only then.

const ENDPOINTS = ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];
const PROTOCOLS = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];

let telemetry; // Of telemetry.js. One for the process, as OpenTelemetry has it.

function check(env, name) {
  if (!/^https?:\/\//i.test(env[name]) || !URL.canParse(env[name])) throw new Error(`${name}: not a URL with http:// or https://`);
  const protocol = PROTOCOLS.find((each) => env[each]?.startsWith('grpc'));
  if (protocol) throw new Error(`${protocol}: traces are sent by HTTP only, such as to port 4318 of a collector: remove the variable`);
}

/** Throws an Error if a variable of the environment is wrong. Whatever the collector does is logged. */
export async function startTracing(log, env = process.env) {
  const name = ENDPOINTS.find((each) => env[each]);
  if (!name || env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return;
  check(env, name);
  const { Telemetry } = await import('./telemetry.js');
  telemetry = new Telemetry(log);
  log('info', `traces are sent to ${new URL(env[name]).origin}`);
}

/** Sends what waits, for a bounded time. */
export async function stopTracing() {
  await telemetry?.stop();
  telemetry = undefined;
}

/** Calls `action`, which answers a request, within the span of the request. */
export function traced(req, res, action) {
  return telemetry ? telemetry.serve(req, res, action) : action();
}

/** Returns {traceId, spanId} of the span under way, or undefined. */
export function spanUnderWay() {
  return telemetry?.spanUnderWay();
}
