// Composes every case with both reference composers and writes down what they say: `../expected/RULE/CASE.references.json`.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const { parse, print, Kind } = require('graphql');
const apollo = require('@apollo/composition');
const { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph, printSchema } = require('@apollo/federation-internals');
const guild = require('@theguild/federation-composition');

const here = import.meta.dirname;
const cases = path.join(here, '../cases');
const expected = path.join(here, '../expected');

// A case file: notes, then one `# --- NAME` line before the schema of each subgraph.
function subgraphs(text) {
  const found = [];
  for (const line of text.split('\n')) {
    const name = /^# --- (.+)$/.exec(line)?.[1];
    if (name) {
      found.push({ name, url: `http://${name}.example/graphql`, lines: [] });
    } else if (found.length > 0) {
      found.at(-1).lines.push(line);
    }
  }
  return found.map(({ name, url, lines }) => ({ name, url, text: lines.join('\n') }));
}

// What every supergraph says alike says nothing: definitions of the specifications' own directives and types.
function withoutMachinery(sdl) {
  const specifications = /^(join__|link__|core__|link$|core$)/;
  const kept = (definition) =>
    definition.kind !== Kind.DIRECTIVE_DEFINITION &&
    (!specifications.test(definition.name?.value ?? '') || definition.name.value === 'join__Graph');
  const document = parse(sdl);
  return print({ ...document, definitions: document.definitions.filter(kept) });
}

function outcome(composed, publicSchema) {
  if (composed.errors?.length > 0) {
    return { codes: [...new Set(composed.errors.map((error) => error.extensions?.code ?? 'NO_CODE'))].sort() };
  }
  const said = { supergraph: withoutMachinery(composed.supergraphSdl), public: publicSchema(composed.supergraphSdl) };
  // Only Apollo's composer has remarks; it makes them where it composes.
  return composed.hints ? { ...said, hints: counted(composed.hints.map((hint) => hint.definition.code)) } : said;
}

// How often each code is told, sorted.
function counted(codes) {
  const counts = {};
  for (const code of [...codes].sort()) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

function attempt(compose) {
  try {
    return compose();
  } catch (error) {
    if (error.name === 'GraphQLError' && error.message.startsWith('Syntax Error')) {
      return { codes: ['INVALID_GRAPHQL'] };
    }
    return { threw: String(error.message).split('\n')[0] };
  }
}

function both(text) {
  const list = () => subgraphs(text).map(({ name, url, text }) => ({ name, url, typeDefs: parse(text) }));
  return {
    apollo: attempt(() =>
      outcome(apollo.composeServices(list()), (sdl) => printSchema(Supergraph.build(sdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES }).apiSchema())),
    ),
    guild: attempt(() =>
      outcome(guild.composeServices(list()), (sdl) => print(guild.transformSupergraphToPublicSchema(parse(sdl)))),
    ),
  };
}

let count = 0;
const only = process.argv[2];
for (const rule of fs.readdirSync(cases).sort()) {
  for (const file of fs.readdirSync(path.join(cases, rule)).sort()) {
    const name = file.replace(/\.graphql$/, '');
    if (only && !`${rule}/${name}`.includes(only)) continue;
    const said = both(fs.readFileSync(path.join(cases, rule, file), 'utf8'));
    const folder = path.join(expected, rule);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, `${name}.references.json`), `${JSON.stringify(said, null, 2)}\n`);
    count += 1;
  }
}
console.log(`${count} cases recorded`);
