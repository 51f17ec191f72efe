// SPDX-License-Identifier: MIT
// A collector of traces: OTLP over HTTP, as JSON.
import { once } from 'node:events';
import { createServer } from 'node:http';

const CODES = ['UNSET', 'OK', 'ERROR'];
const KINDS = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

function attributesOf(list) {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]]));
}

function spansOf({ resourceSpans }) {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans.map((span) => ({
    service: attributesOf(resource.attributes)['service.name'], name: span.name, traceId: span.traceId, spanId: span.spanId,
    parentSpanId: span.parentSpanId, kind: KINDS[span.kind], status: CODES[span.status.code ?? 0], attributes: attributesOf(span.attributes),
  }))));
}

export class Collector {
  spans = [];
  posts = 0;
  #server;

  /** With `hangs`, it never answers. */
  static async open(t, { hangs = false } = {}) {
    const collector = new Collector();
    collector.#server = createServer(async (req, res) => {
      collector.posts++;
      let text = '';
      for await (const part of req.setEncoding('utf8')) text += part;
      collector.spans.push(...spansOf(JSON.parse(text)));
      if (hangs) return;
      res.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    }).listen(0, '127.0.0.1');
    await once(collector.#server, 'listening');
    t.after(() => collector.close());
    return collector;
  }

  get url() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
