// Validates every case with graphql-js and writes down what it says: `../recorded.json`, by rule and case the rules that
// refuse the document, `["Syntax"]` if it is none, `[]` if it is valid.
import fs from 'node:fs';
import path from 'node:path';
import { buildSchema, parse, specifiedRules, validate, version } from 'graphql';

const here = import.meta.dirname;
const folder = path.join(here, '../cases');
const schema = buildSchema(fs.readFileSync(path.join(here, '../schema.graphql'), 'utf8'));

function refusedBy(text) {
  let document;
  try {
    document = parse(text);
  } catch {
    return ['Syntax'];
  }
  return specifiedRules.filter((rule) => validate(schema, document, [rule]).length > 0).map((rule) => rule.name);
}

const recorded = { graphql: version };
for (const file of fs.readdirSync(folder).sort()) {
  const cases = fs.readFileSync(path.join(folder, file), 'utf8').split(/^#--- /m).slice(1);
  recorded[path.basename(file, '.graphql')] = Object.fromEntries(
    cases.map((text) => {
      const [, name, document] = /^(.*)\n([^]*)$/.exec(text);
      return [name, refusedBy(document)];
    }),
  );
}
fs.writeFileSync(path.join(here, '../recorded.json'), `${JSON.stringify(recorded, null, 1)}\n`);
