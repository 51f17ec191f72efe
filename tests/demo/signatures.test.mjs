// SPDX-License-Identifier: MIT
// A gateway that loads only plugins that are signed, at its start and at SIGHUP. Signed by Debian's minisign.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { root } from '../support-js/paths.mjs';
import { build, plugin, Sandbox } from './harness.mjs';

const DONE = 'SIGHUP: serves with';
const FAILED = 'SIGHUP: nothing has changed: ';
const NAME = 'graphql_host_plugin_distrusts_total';

let sandbox;
let file;
let gateway;

const minisign = (...args) => execFileSync('minisign', args, { cwd: sandbox.folder, stdio: ['ignore', 'pipe', 'pipe'] });
const sign = (name, ...more) => minisign('-S', '-s', `${name}.key`, '-m', 'plugins/integrations.so', ...more);

beforeEach(() => {
  sandbox = new Sandbox();
  file = sandbox.path('plugins/integrations.so');
  rmSync(file); // A link.
  copyFileSync(plugin, file);
  for (const name of ['release', 'next']) minisign('-G', '-W', '-p', `${name}.pub`, '-s', `${name}.key`);
});

afterEach(async () => {
  await gateway?.stop();
  sandbox.remove();
});

const trust = (...names) => (config) => {
  config.metrics = { port: 0 };
  config.plugins.trustedKeys = names.map((name) => `${name}.pub`);
};

/** Sends SIGHUP, and returns what the log says of it. */
async function reload() {
  const from = gateway.log.length;
  gateway.child.kill('SIGHUP');
  for (let i = 0; i < 2000; i++) {
    const said = gateway.log.slice(from);
    if (said.includes(DONE) || said.includes(FAILED)) return said;
    await sleep(10);
  }
  throw new Error(`SIGHUP had no effect: ${gateway.log}`);
}

/** How often files were refused, by reason. */
async function distrusts() {
  const text = await (await fetch(`${/metrics at (http:[^\s"]+)/.exec(gateway.log)[1]}`)).text();
  const points = [...text.matchAll(new RegExp(`^${NAME}\\{error_type="(\\w+)"\\} (\\d+)$`, 'gm'))];
  return Object.fromEntries(points.map(([, reason, count]) => [reason, Number(count)]).filter(([, count]) => count > 0));
}

test('a gateway starts only with a plugin that is signed with a trusted key', async () => {
  const wrong = [
    [() => {}, /plugins\/integrations\.so was refused: .*not signed: there is no \.minisig beside it/],
    [() => writeFileSync(sandbox.path('release.pub'), 'no key'), /trusted key 1: it is not a public key of minisign/],
    [() => rmSync(sandbox.path('release.pub')), /plugins\.trustedKeys: .*release\.pub can't be read/],
  ];
  for (const [spoil, reason] of wrong) {
    spoil();
    gateway = await sandbox.start(trust('release'));
    assert.equal(gateway.url, undefined, gateway.log);
    assert.equal((await gateway.ended).code, 1, gateway.log);
    assert.match(gateway.log, reason);
  }
});

test('at SIGHUP a plugin with a wrong signature is refused, and the old one serves on', async () => {
  sign('release');
  gateway = await sandbox.start(trust('release'));
  const { id } = await gateway.create('acme', 'signed');
  const signature = readFileSync(`${file}.minisig`, 'utf8');
  const commented = (comment) => signature.replace(/(?<=^trusted comment: ).*/m, comment);
  const wrong = [
    [() => chmodSync(sandbox.path('plugins'), 0o777), 'access', /integrations\.so was refused: everyone may write to '.*plugins' \(mode 0777\)/],
    [() => { chmodSync(sandbox.path('plugins'), 0o755); writeFileSync(file, Buffer.concat([readFileSync(plugin), Buffer.of(0)])); }, 'changed', /it is not what the key/],
    [() => { copyFileSync(plugin, file); writeFileSync(`${file}.minisig`, commented('file:other.so')); }, 'changed_comment', /the trusted comment is not what/],
    [() => writeFileSync(`${file}.minisig`, signature.slice(0, 100)), 'bad_signature', /not a signature of minisign: its second line/],
    [() => sign('next'), 'unknown_key', /which is not trusted/],
    [() => rmSync(`${file}.minisig`), 'no_signature', /not signed/],
  ];
  for (const [i, [spoil, reason, said]] of wrong.entries()) {
    spoil();
    assert.match((await reload()).split(FAILED)[1], said);
    assert.equal((await gateway.data(`{ integration(id: "${id}") { title } }`)).integration.title, 'signed');
    assert.deepEqual(await distrusts(), Object.fromEntries(wrong.slice(0, i + 1).map(([, each]) => [each, 1])), reason);
  }
  sign('release', '-l'); // The legacy form.
  assert.match(await reload(), new RegExp(DONE));
  await gateway.create('acme', 'still there');
});

test('keys are replaced without a restart', async () => {
  sign('release');
  gateway = await sandbox.start(trust('release'));
  sandbox.writeConfig(trust('release', 'next'));
  assert.match(await reload(), new RegExp(DONE));
  sign('next');
  assert.match(await reload(), new RegExp(DONE));
  sandbox.writeConfig(trust('next'));
  assert.match(await reload(), new RegExp(DONE));
  sign('release');
  assert.match(await reload(), /which is not trusted/);
  await gateway.create('acme', 'still there');
});

const RUN = `import json, os, sys
sys.path.append(sys.argv[1])
import page
ran, whole = page.run(open(sys.argv[2]).read(), sys.argv[3], os.environ)
print(json.dumps([[[command, output] for command, good, output in ran if not good], len(ran), whole]))`;

/** systemctl and journalctl, for this gateway. A reload waits for what the log says of it. */
function standIns() {
  const journal = sandbox.path('journal');
  const script = (name, text) => writeFileSync(sandbox.path(name), `#!/bin/sh\n${text}`, { mode: 0o755 });
  writeFileSync(journal, '');
  gateway.child.stderr.on('data', (text) => appendFileSync(journal, text));
  script('systemctl', `before=$(wc -l <journal)
kill -HUP ${gateway.child.pid}
for i in $(seq 600); do tail -n +$((before + 1)) journal | grep -q 'SIGHUP: \\(serves\\|nothing\\)' && exit 0; sleep 0.1; done; exit 1\n`);
  script('journalctl', 'tail -n 1 journal\n');
}

test('the samples of the page do what is shown', async () => {
  for (const name of ['release', 'next']) for (const end of ['pub', 'key']) rmSync(sandbox.path(`${name}.${end}`));
  copyFileSync(plugin, sandbox.path('integrations.so'));
  gateway = await sandbox.start();
  sandbox.writeConfig((config) => { config.plugins.trustedKeys = ['release.pub']; });
  standIns();
  const tools = [sandbox.folder, dirname(join(build, 'abi/check/gql-plugin-check')), process.env.PATH].join(':');
  const { stdout } = await promisify(execFile)('python3', ['-c', RUN, join(root, 'tests/support'), join(root, 'examples/signing.md'), sandbox.folder],
    { encoding: 'utf8', env: { ...process.env, PATH: tools } });
  const [wrong, count, whole] = JSON.parse(stdout);
  assert.deepEqual([wrong, whole], [[], true], gateway.log);
  assert.ok(count >= 15);
});
