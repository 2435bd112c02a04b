// Turns vite's build/ into dist/: each file compressed once, so that the gateway embeds and sends it as it is.
// Deterministic (no times, no names in the gzip header), so that a rebuild from the same lockfile gives the same bytes.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { constants, gzipSync } from 'node:zlib';

rmSync('dist', { recursive: true, force: true });
let total = 0;
for (const file of files('build')) {
  const target = join('dist', `${relative('build', file)}.gz`);
  const packed = gzipSync(readFileSync(file), { level: constants.Z_BEST_COMPRESSION });
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, packed);
  total += packed.length;
}
console.log(`dist: ${(total / 1e6).toFixed(2)} MB`);

function files(folder) {
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? files(path) : [path]));
}
