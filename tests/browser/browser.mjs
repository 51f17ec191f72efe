// SPDX-License-Identifier: MIT
// Debian's Chromium, which can reach no host but this one.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const pictures = fileURLToPath(new URL('../../build/browser', import.meta.url));
const PATIENCE = 20_000; // Milliseconds.
const FLAGS = [
  '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/** Starts Chromium with a new, empty profile. */
export async function openBrowser() {
  if (!existsSync(executablePath)) {
    throw new Error(`There is no ${executablePath}. Install Debian's package chromium (./examples/setup.sh chromium), ` +
      'or set CHROMIUM to the path of another Chromium');
  }
  rmSync(pictures, { recursive: true, force: true });
  mkdirSync(pictures, { recursive: true });
  return chromium.launch({ executablePath, headless: true, chromiumSandbox: false, args: FLAGS });
}

function isLocal(url) {
  return ['blob:', 'data:'].includes(url.protocol) || url.hostname === '127.0.0.1';
}

/** One visit to a page; the next visit starts from scratch. `complaints` lists what the page must not do. */
export class Visit {
  static async start(browser, url) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(url).origin });
    const visit = new Visit(context, await context.newPage());
    await visit.page.goto(url);
    return visit;
  }

  constructor(context, page) {
    this.context = context;
    this.page = page;
    this.complaints = [];
    page.setDefaultTimeout(PATIENCE);
    const check = (url) => isLocal(new URL(url)) || this.complaints.push(`asks another host: ${url}`);
    context.on('request', (request) => check(request.url()));
    page.on('websocket', (socket) => check(socket.url()));
    page.on('pageerror', (error) => this.complaints.push(`exception: ${error.stack ?? error}`));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(`${message.type()}: ${message.text()}`);
    });
  }

  /** Saves a screenshot in build/browser. Returns its path. */
  async picture(name) {
    const path = join(pictures, `${name.replace(/\W+/g, '-')}.png`);
    await this.page.screenshot({ path });
    return path;
  }

  async end() {
    await this.context.close();
  }
}

/** Reads repeatedly until `suits` accepts the value, and returns it. */
export async function until(read, suits, what) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const value = await read();
    if (suits(value)) return value;
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}; there is: ${value}`);
    await new Promise((resolve) => { setTimeout(resolve, 30); });
  }
}
