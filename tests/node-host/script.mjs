// SPDX-License-Identifier: MIT
// A program that loads plugins: script.mjs HOW FOLDER SETTINGS. Prints lines of JSON. Calls process.exit
// only if HOW is `exit`.
import { ask, create, loadPlugins } from './support.mjs';

const [how, folder, settings] = process.argv.slice(2);
const print = (value) => console.log(JSON.stringify(value));

let logFails = false; // From the first call on.

function failingLog() {
  if (logFails) throw new Error('a bad log');
}

const plugins = await loadPlugins(folder, { settings: JSON.parse(settings), log: how === 'bad log' ? failingLog : undefined });

async function work() {
  print(await ask(plugins, 'mutation { integrationCreate(input: { organizationId: "acme", title: " A " }) { integration { title } } }'));
  print(await ask(plugins, '{ integrations(organizationId: "acme") { total { count } } }'));
}

async function createUntilTheEnd() {
  for (;;) print({ created: await create(plugins, 'x') });
}

const ways = {
  close: async () => {
    await work();
    await plugins.close();
    print({ left: process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY|File)/.test(name)) }); // stdout
  },
  leave: work,
  wait: async () => { ask(plugins, '{ slow(milliseconds: 300) }').then(print); },
  exit: async () => {
    print({ created: await create(plugins, 'A') }); // On a busy machine, it may take longer than what follows.
    setTimeout(() => process.exit(3), 200);
    ask(plugins, '{ slow(milliseconds: 1000) }');
    await Promise.all(Array.from({ length: 8 }, createUntilTheEnd));
  },
  'bad log': async () => {
    process.on('uncaughtException', (error) => print({ uncaught: error.message }));
    logFails = true;
    print(await ask(plugins, '{ say(text: "x") slow(milliseconds: 100) }'));
  },
};
await ways[how]();
