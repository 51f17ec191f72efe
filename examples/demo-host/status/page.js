// SPDX-License-Identifier: MIT
// Runs in the status page: asks the gateway every two seconds, and shows what it answers.
(() => {
  const EVERY = 2000; // Milliseconds.
  const MOST_SAMPLES = 91; // Three minutes.
  const CALLS = 'graphql.plugin.call.duration';
  const field = (id) => document.getElementById(id);

  // ---- Numbers ----

  const whole = new Intl.NumberFormat('en');
  const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
  const UNITS = [[86400, 'd'], [3600, 'h'], [60, 'min']];

  function duration(seconds) {
    if (seconds === undefined || Number.isNaN(seconds)) return '–';
    if (Math.abs(seconds) < 1) return `${short.format(seconds * 1000)} ms`;
    const [size, unit] = UNITS.find(([least]) => Math.abs(seconds) >= least) ?? [1, 's'];
    return `${short.format(seconds / size)} ${unit}`;
  }

  function bytes(count) {
    const power = count < 1024 ? 0 : Math.min(4, Math.floor(Math.log2(count) / 10));
    return `${short.format(count / 1024 ** power)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
  }

  const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

  /** Points of a metric; those of histograms have counts. */
  const pointsOf = (data, name) => data.metrics.find((metric) => metric.name === name)?.points ?? [];
  const valueOf = (data, name) => sum(pointsOf(data, name).map(({ value }) => value));

  /** Adds up counts of buckets. */
  const bucketsOf = (points) => points.reduce((all, { buckets }) => buckets.map((count, i) => count + (all[i] ?? 0)), []);

  /** The quantile of a histogram, by a straight line within its bucket, as Prometheus has it. */
  function quantile(share, bounds, buckets) {
    let left = share * sum(buckets);
    if (left === 0) return undefined;
    for (const [i, count] of buckets.entries()) {
      const from = bounds[i - 1] ?? 0;
      if (left <= count) return i === bounds.length ? from : from + (bounds[i] - from) * (left / count);
      left -= count;
    }
    return bounds.at(-1);
  }

  /** A quantile that may lie beyond what the histogram tells apart. */
  function quantileText(value, bounds) {
    if (value < bounds[0]) return `< ${duration(bounds[0])}`;
    return value >= bounds.at(-1) ? `> ${duration(bounds.at(-1))}` : duration(value);
  }

  /** The points of a metric by an attribute: entries [value, points]. */
  function grouped(points, attribute) {
    const groups = new Map();
    for (const point of points) {
      const key = point.attributes[attribute];
      if (key !== undefined) groups.set(key, [...groups.get(key) ?? [], point]);
    }
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  // ---- What is shown ----

  /** Makes an element. Children are elements and text. */
  function make(name, attributes = {}, ...children) {
    const namespace = ['svg', 'polyline'].includes(name) ? 'http://www.w3.org/2000/svg' : 'http://www.w3.org/1999/xhtml';
    const element = document.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  /** `rows` of texts; those of the columns in `numbers` stand to the right. */
  function table(columns, rows, { numbers = [], none = 'None.' } = {}) {
    if (rows.length === 0) return make('p', { class: 'quiet' }, none);
    const kind = (i) => (numbers.includes(i) ? { class: 'number' } : {});
    return make('table', {},
      make('thead', {}, make('tr', {}, ...columns.map((text, i) => make('th', { scope: 'col', ...kind(i) }, text)))),
      make('tbody', {}, ...rows.map((row) => make('tr', {}, ...row.map((text, i) => (
        i === 0 ? make('th', { scope: 'row' }, text) : make('td', kind(i), text)))))));
  }

  /** A chart of one or two series, which have `undefined` where nothing is known. */
  function chart(title, now, series, keys) {
    const top = Math.max(...series.flat().filter((value) => value !== undefined), 0) || 1;
    const lines = series.map((values) => make('polyline', {
      points: values.map((value, i) => (value === undefined ? '' : `${i + MOST_SAMPLES - values.length},${(40 * (1 - value / top)).toFixed(1)}`)).join(' ').trim(),
    }));
    const picture = make('svg', { viewBox: `0 0 ${MOST_SAMPLES - 1} 40`, preserveAspectRatio: 'none', role: 'img', 'aria-label': `${title}, the last three minutes` }, ...lines);
    const named = keys.flatMap((key, i) => [i === 0 ? ': ' : ', ', make('span', { class: ['key-first', 'key-second'][i] }, key)]);
    return make('figure', {}, make('figcaption', {}, title, ...named), make('strong', {}, now), picture);
  }

  /** What happened between two answers of the gateway, undefined if it has been started or changed in between. */
  function sampleOf(before, data) {
    const calls = pointsOf(data, CALLS);
    const [bounds, counts] = [data.metrics.find(({ name }) => name === CALLS)?.bounds ?? [], bucketsOf(calls)];
    const failed = (points) => sum(points.filter(({ attributes }) => attributes['error.type']).map(({ count }) => count));
    const queue = valueOf(data, 'graphql.plugin.queue.length');
    const earlier = before ? pointsOf(before, CALLS) : [];
    const since = counts.map((count, i) => count - (bucketsOf(earlier)[i] ?? 0));
    if (!before || since.some((count) => count < 0)) return { queue, bounds };
    const seconds = (Date.parse(data.time) - Date.parse(before.time)) / 1000;
    return {
      queue,
      bounds,
      calls: sum(since) / seconds,
      errors: Math.max(0, failed(calls) - failed(earlier)) / seconds,
      median: quantile(0.5, bounds, since),
      slow: quantile(0.99, bounds, since),
    };
  }

  function showCharts(samples) {
    const of = (name) => samples.map((sample) => sample[name]);
    const { calls, errors, queue, median, slow, bounds = [] } = samples.at(-1);
    const rate = (value) => (value === undefined ? '–' : `${short.format(value)} /s`);
    field('charts').replaceChildren(
      chart('Calls', rate(calls), [of('calls')], []),
      chart('Errors', rate(errors), [of('errors')], []),
      chart('Duration', `${quantileText(median, bounds)} · ${quantileText(slow, bounds)}`, [of('median'), of('slow')], ['median', '99th']),
      chart('Changes in the queue', whole.format(queue), [of('queue')], []));
  }

  function showCalls(data) {
    const { bounds = [] } = data.metrics.find(({ name }) => name === CALLS) ?? {};
    const rows = grouped(pointsOf(data, CALLS), 'graphql.field').map(([name, points]) => {
      const buckets = bucketsOf(points);
      const errors = sum(points.filter(({ attributes }) => attributes['error.type']).map(({ count }) => count));
      const quantiles = [0.5, 0.99].map((share) => quantileText(quantile(share, bounds, buckets), bounds));
      return [name, whole.format(sum(buckets)), whole.format(errors), ...quantiles];
    });
    field('calls').replaceChildren(table(['Field', 'Calls', 'Errors', 'Median', '99th'], rows, { numbers: [1, 2, 3, 4], none: 'No call yet.' }));
  }

  function showRefusals(data) {
    const counted = (name, attribute) => grouped(pointsOf(data, name), attribute)
      .map(([what, points]) => [what, sum(points.map(({ count, value }) => count ?? value))]);
    const rows = [
      ...counted(CALLS, 'error.type').map((row) => ['Answers with this code', ...row]),
      ...counted('graphql.plugin.rejections', 'graphql.plugin.limit').map((row) => ['Calls beyond this limit', ...row]),
      ...counted('graphql.plugin.token.check.duration', 'error.type').map((row) => ['Tokens refused for this', ...row]),
      ...counted('db.client.operation.duration', 'error.type').map((row) => ['Transactions that failed by this', ...row]),
    ].filter(([, , count]) => count > 0).map(([kind, what, count]) => [what, kind, whole.format(count)]);
    field('refusals').replaceChildren(table(['What', 'Kind', 'Times'], rows, { numbers: [2], none: 'None since the plugin was loaded.' }));
  }

  /** Rows [value of the attribute, sum], the values as they come. */
  const summed = (data, name, attribute) => grouped(pointsOf(data, name), attribute)
    .map(([what, points]) => [what, sum(points.map(({ value }) => value))]);

  function showOrganizations(data) {
    const own = summed(data, 'graphql.plugin.organizations', 'graphql.plugin.state');
    const open = summed(data, 'graphql.plugin.databases', 'graphql.plugin.state');
    const sizes = summed(data, 'graphql.plugin.database.size', 'graphql.organization').sort(([, a], [, b]) => b - a);
    const total = valueOf(data, 'graphql.plugin.database.size');
    const counted = (rows) => rows.map(([state, count]) => [state, whole.format(count)]);
    field('organizations').replaceChildren(
      ...(own.length > 0 ? [table(['Organizations with a database of their own', ''], counted(own), { numbers: [1] })] : []),
      table(['Open databases', ''], [...counted(open), ...[...sizes, ['all together', total]].map(([id, size]) => [id, bytes(size)])], { numbers: [1] }));
  }

  function expiryText(seconds) {
    return seconds < 0 ? `expired ${duration(-seconds)} ago` : `expires in ${duration(seconds)}`;
  }

  function showCredentials(data) {
    const keys = summed(data, 'graphql.plugin.keyring.keys', 'graphql.plugin.state').map(([state, count]) => [`keys that are ${state}`, whole.format(count)]);
    const keyrings = summed(data, 'graphql.plugin.keyrings', 'graphql.plugin.state')
      .filter(([, count]) => count > 0).map(([state, count]) => [`keyrings that are ${state}`, whole.format(count)]);
    const [age] = pointsOf(data, 'graphql.plugin.keyring.age');
    const failing = valueOf(data, 'graphql.plugin.keyring.failing') > 0;
    const read = age ? [['keyring read', `${duration(age.value)} ago${failing ? ', and can not be read now' : ''}`]] : [];
    const expiries = pointsOf(data, 'graphql.plugin.token.expiry').sort((a, b) => a.value - b.value)
      .map(({ attributes, value }) => [attributes['graphql.organization'] ?? 'any organization', expiryText(value)]);
    field('credentials').replaceChildren(
      table(['Keyrings', ''], [...keys, ...keyrings, ...read], { numbers: [1], none: 'No keyring is in use.' }),
      table(['First stored token of', ''], expiries, { numbers: [1], none: 'No stored token is known, or none was looked for yet.' }));
  }

  function showEvents({ events, refusal }) {
    const rows = (events ?? []).map(({ time, isErased, type, entityId, actorId }) => (isErased
      ? ['erased', '', entityId ?? '', '']
      : [time.replace('T', ' ').replace(/\.\d+Z$|Z$/, ''), type, entityId, actorId ?? '–']));
    const none = refusal ?? (events ? 'None.' : 'No plugin offers events.');
    field('events').replaceChildren(table(['Time (UTC)', 'Event', 'Object', 'By'], rows, { none }));
  }

  function showHealth({ status, plugins, time, seconds }) {
    field('overall').textContent = status;
    field('overall').className = `badge ${status}`;
    document.title = `${status} – Gateway status`;
    field('updated').textContent = `${time.slice(11, 19)} UTC, up ${duration(seconds)}`;
    field('reasons').replaceChildren(...plugins.filter((plugin) => plugin.status !== 'ok')
      .map((plugin) => make('li', { class: plugin.status }, make('span', {}, `${plugin.id}: ${plugin.reason}`))));
  }

  // ---- Asking ----

  const samples = [];
  let before;
  let timer;

  function show(data) {
    samples.push(sampleOf(before, data));
    if (samples.length > MOST_SAMPLES) samples.shift();
    before = data;
    if (!field('listed').hasChildNodes()) field('listed').append(...data.organizations.map((id) => make('option', { value: id })));
    field('organization').placeholder = data.organization ?? '';
    showHealth(data);
    showCharts(samples);
    for (const part of [showCalls, showRefusals, showOrganizations, showCredentials, showEvents]) part(data);
  }

  function showFailure(message) {
    field('overall').textContent = 'no answer';
    field('overall').className = 'badge failed';
    field('updated').textContent = message;
  }

  async function ask() {
    clearTimeout(timer);
    const token = sessionStorage.getItem('token');
    const organization = field('organization').value;
    try {
      const query = organization ? `?organization=${encodeURIComponent(organization)}` : '';
      const answer = await fetch(`/status/data${query}`, { headers: token ? { authorization: `Bearer ${token}` } : {} });
      const body = await answer.json();
      field('access').hidden = answer.ok || ![401, 403].includes(answer.status);
      if (answer.ok) {
        show(body);
      } else {
        field('refusal').textContent = body.errors[0].message;
        showFailure(`The gateway answered ${answer.status}.`);
      }
    } catch (error) {
      showFailure(`The gateway can not be reached: ${error.message}`);
    }
    timer = setTimeout(ask, EVERY);
  }

  function onSubmit(form, act) {
    field(form).addEventListener('submit', (event) => {
      event.preventDefault();
      act?.();
      ask();
    });
  }

  onSubmit('access', () => sessionStorage.setItem('token', field('token').value.trim()));
  onSubmit('choice');
  ask();
})();
