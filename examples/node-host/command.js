#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// The command gql-plugin-host.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const HELP = `Usage: gql-plugin-host PLUGINS [OPTION]…

Prints the GraphQL schema of a gateway with its plugins, for code generators, linters and CI. No plugin is
started, so none needs its settings, and no database is opened.

  PLUGINS               the folder with the plugins (*.so)

  --host-schema FILE    the gateway's own schema, as SDL; may be given several times. Without it the schema
                        is the plugins' alone, with the common types that they bring
  --settings FILE       JSON: the option \`settings\` of loadPlugins. Plugins that it requires must be there
  --subgraph NAME       print this subgraph of Apollo Federation 2 instead: the last part of the plugin's ID
  --output FILE         write into FILE; nothing is written if anything fails
  --check FILE          print nothing; fail if FILE is not what would be printed
  --help, --version

Exit status: 0; 1 if a plugin or the merged schema is refused, the subgraph is not offered, or a check fails;
2 for a wrong command line, or a file that can't be read or written.
`;
const OPTIONS = {
  'host-schema': { type: 'string', multiple: true },
  settings: { type: 'string' },
  subgraph: { type: 'string' },
  output: { type: 'string' },
  check: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
};

/** A mistake of whoever runs the command. */
class Misuse extends Error {}

/** Returns what a function does with what the user gave. */
function attempt(action, sayWhy) {
  try {
    return action();
  } catch (error) {
    throw new Misuse(sayWhy(error));
  }
}

function optionsOf() {
  const { values, positionals } = attempt(() => parseArgs({ options: OPTIONS, allowPositionals: true }),
    ({ message }) => `${message.split('. ')[0]}; see --help`);
  return { ...values, positionals };
}

function read(file) {
  return attempt(() => readFileSync(file, 'utf8'), ({ message }) => `${file} can't be read: ${message}`);
}

function readSettings(file) {
  if (file === undefined) return {};
  const text = read(file);
  return attempt(() => JSON.parse(text), ({ message }) => `${file} is not JSON: ${message}`);
}

/** Returns a document of several files. A mistake in one names the file and the line. */
async function readHostSchema(files) {
  const { concatAST, parse, Source } = await import('./lib/graphql.js');
  const sources = files.map((file) => new Source(read(file), file));
  return concatAST(sources.map((source) => attempt(() => parse(source), (error) => error.toString())));
}

/** Returns the SDL. Every plugin must fit: one that is left out would be missing in what is generated. */
async function schemaOf(folder, { 'host-schema': files = [], settings, subgraph }) {
  attempt(() => readdirSync(folder), ({ message }) => `The plugins folder ${folder} can't be read: ${message}`);
  const given = { settings: readSettings(settings), schema: await readHostSchema(files), logLevel: 'warning' };
  const { checkOptions } = await import('./lib/options.js');
  const { printMergedSchema } = await import('./lib/merged-schema.js');
  const failures = [];
  const say = { log: (level, message) => failures.push(message), refused: ({ message }) => failures.push(message) };
  const options = attempt(() => checkOptions(folder, { ...given, ...say }), ({ message }) => message);
  const text = await printMergedSchema(folder, options, subgraph).catch(({ message }) => failures.push(message));
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return text;
}

function write(file, text) {
  attempt(() => writeFileSync(file, text), ({ message }) => `${file} can't be written: ${message}`);
}

function checkFile(file, text) {
  if (read(file) !== text) throw new Error(`${file} is out of date: run the command with --output ${file} in place of --check`);
}

async function run({ positionals, help, version, output, check, ...options }) {
  if (help) {
    process.stdout.write(HELP);
  } else if (version) {
    process.stdout.write(`gql-plugin-host ${JSON.parse(read(new URL('package.json', import.meta.url))).version}\n`);
  } else if (positionals.length !== 1) {
    throw new Misuse(`give one folder of plugins, not ${positionals.length}; see --help`);
  } else if (output !== undefined && check !== undefined) {
    throw new Misuse('give --output or --check, not both');
  } else {
    const text = await schemaOf(positionals[0], options);
    if (check !== undefined) checkFile(check, text);
    else if (output !== undefined) write(output, text);
    else process.stdout.write(text);
  }
}

await Promise.resolve().then(optionsOf).then(run).catch((error) => {
  process.stderr.write(`gql-plugin-host: ${error.message}\n`);
  process.exitCode = error instanceof Misuse ? 2 : 1;
});
