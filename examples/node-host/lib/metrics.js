// SPDX-License-Identifier: MIT
// What the plugins and the host library have counted and measured, added up over instances.

const MOST_ORGANIZATIONS = 10_000;
const HEALTH = ['ok', 'degraded', 'failed'];

/** A metric of this package: how each plugin fares, so that an alert needs nothing else. */
const HEALTH_METRIC = { name: 'graphql.plugin.health', kind: 'gauge', unit: '1', description: 'How a plugin fares: 0 ok, 1 degraded, 2 failed' };

function checkOrganizations(organizations) {
  if (Number.isInteger(organizations) && organizations >= 0 && organizations <= MOST_ORGANIZATIONS) return organizations;
  throw new TypeError(`plugins.metrics: organizations must be a whole number from 0 to ${MOST_ORGANIZATIONS}`);
}

/** Of a gauge the worst, of all else the sum. */
function addPoint({ kind, worst }, sum, point) {
  if (kind === 'histogram') {
    sum.count += point.count;
    sum.sum += point.sum;
    sum.buckets = sum.buckets.map((count, i) => count + point.buckets[i]);
  } else {
    const pick = worst === 'lowest' ? Math.min : Math.max;
    sum.value = kind === 'gauge' ? pick(sum.value, point.value) : sum.value + point.value;
  }
}

/** Metrics by name, whose points are added up by their attributes. */
class Sums {
  #metrics = new Map();

  /** `attributes` are put on each point, before its own or in place of them. */
  add(metric, attributes) {
    if (!this.#metrics.has(metric.name)) this.#metrics.set(metric.name, { ...metric, points: new Map() });
    const { points } = this.#metrics.get(metric.name);
    for (const point of metric.points) {
      const all = attributes(point.attributes);
      const key = JSON.stringify(Object.entries(all).sort());
      if (points.has(key)) addPoint(metric, points.get(key), point);
      else points.set(key, { ...point, attributes: all });
    }
  }

  list() {
    return [...this.#metrics.values()].map((metric) => ({ ...metric, points: [...metric.points.values()] }));
  }
}

function addText(sums, json, attributes) {
  if (json === undefined) return;
  for (const metric of JSON.parse(json)) sums.add(metric, attributes);
}

/** Of an instance for each key, the first keys are told apart, as many as `organizations` says. */
function addPool(sums, native, target, organizations, ofPlugin) {
  const other = (own) => ofPlugin(own['graphql.organization'] === undefined ? own : { ...own, 'graphql.organization': '_OTHER' });
  (native.poolMetrics(target, Math.min(organizations, 1)) ?? []).forEach(({ json }, i) => {
    addText(sums, json, i < organizations ? ofPlugin : other);
  });
}

/** `health`: that of the plugins, as plugins.health() returns it. */
export function metricsOf({ native, runtime, plugins }, health, { organizations = 0 } = {}) {
  const sums = new Sums();
  checkOrganizations(organizations);
  addText(sums, native.runtimeMetrics(runtime), (own) => own);
  for (const { library, target, keyOf, about: { id } } of plugins) {
    const ofPlugin = (own) => ({ 'graphql.plugin.id': id, ...own });
    addText(sums, native.libraryMetrics(library), ofPlugin);
    if (keyOf) addPool(sums, native, target, organizations, ofPlugin);
    else addText(sums, native.instanceMetrics(target, organizations), ofPlugin);
  }
  const points = health.map(({ id, status }) => ({ attributes: { 'graphql.plugin.id': id }, value: HEALTH.indexOf(status) }));
  sums.add({ ...HEALTH_METRIC, points }, (own) => own);
  return sums.list();
}
