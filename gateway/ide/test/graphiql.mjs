// GraphiQL in a real browser: opens the page, types a query, runs it, reads the answer; fails on any request to another
// host, any console error and any failed request.
//
//   node test/graphiql.mjs URL [QUERY EXPECTED]
//
// URL is where the gateway serves (e.g. http://127.0.0.1:4000/). Needs `npm ci` in gateway/ide and a Chromium:
// the environment variable CHROMIUM, else one of the usual paths.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const [url, query = '{ __typename }', expected = '"__typename": "Query"'] = process.argv.slice(2);
if (!url) fail('usage: node test/graphiql.mjs URL [QUERY EXPECTED]');
const candidates = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = candidates.find((path) => path && existsSync(path));
if (!executablePath) fail('no Chromium: install one (apt-get install chromium) or set CHROMIUM to its path');

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const problems = [];
try {
  const page = await browser.newPage();
  const home = new URL(url).host;
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (['http:', 'https:', 'ws:', 'wss:'].includes(to.protocol) && to.host !== home) {
      problems.push(`request to another host: ${request.url()}`);
    }
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} for ${response.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`page: ${error.message}`));

  await page.goto(url, { waitUntil: 'load' });
  const editor = page.locator('.graphiql-query-editor .monaco-editor');
  await editor.waitFor({ timeout: 30_000 });
  await editor.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(query);
  // The editor tells GraphiQL a moment later which operations the text has.
  await page.waitForTimeout(1_000);
  await page.keyboard.press('Control+Enter');
  // Monaco draws spaces as no-break spaces.
  await page.waitForFunction(
    (text) =>
      (document.querySelector('.graphiql-response')?.textContent ?? '').replaceAll('\u00a0', ' ').includes(text),
    expected,
    { timeout: 20_000 },
  );
  // The schema is read through introspection; the documentation shows that it arrived.
  await page.getByRole('button', { name: /documentation explorer/i }).first().click();
  await page.locator('.graphiql-doc-explorer').waitFor({ timeout: 10_000 });
} catch (error) {
  problems.push(String(error));
} finally {
  await browser.close();
}
if (problems.length > 0) fail(problems.join('\n'));
console.log(`GraphiQL at ${url}: query answered, no request to another host`);

function fail(message) {
  console.error(message);
  process.exit(1);
}
