// SPDX-License-Identifier: MIT
// Writes what the plugins have counted, and what Node tells of the process, for Prometheus.
import { collectDefaultMetrics, Registry } from 'prom-client';

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

const TYPES = { counter: 'counter', updowncounter: 'gauge', gauge: 'gauge', histogram: 'histogram' };
const UNITS = { s: '_seconds', By: '_bytes' };

const underscored = (name) => name.replaceAll('.', '_');

/** As OpenTelemetry's compatibility with Prometheus has it. */
function nameOf({ name, kind, unit }) {
  return `${underscored(name)}${UNITS[unit] ?? ''}${kind === 'counter' ? '_total' : ''}`;
}

function labelsOf(attributes) {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [underscored(name), value]));
}

/** In Prometheus, a bucket holds those below it, too. */
function histogramValues(name, bounds, { attributes, count, sum, buckets }) {
  const labels = labelsOf(attributes);
  let below = 0;
  const values = [...bounds, '+Inf'].map((le, i) => {
    below += buckets[i];
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: below };
  });
  return [...values, { metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: count }];
}

/** A metric as a registry asks for it. */
function metricOf(metric) {
  const name = nameOf(metric);
  const values = metric.points.flatMap((point) => (metric.kind === 'histogram'
    ? histogramValues(name, metric.bounds, point)
    : [{ labels: labelsOf(point.attributes), value: point.value }]));
  return { name, get: () => ({ name, help: metric.description, type: TYPES[metric.kind], values }) };
}

/** `read()` returns the metrics of the plugins, as plugins.metrics() does. */
export class Prometheus {
  #process = new Registry();
  #read;

  constructor(read) {
    this.#read = read;
    collectDefaultMetrics({ register: this.#process });
  }

  /** The text of a scrape. */
  async write() {
    const plugins = new Registry();
    for (const metric of this.#read()) plugins.registerMetric(metricOf(metric));
    return `${await plugins.metrics()}\n${await this.#process.metrics()}`;
  }
}
