// The page in a real browser, against the real server with the offline engines.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { Browser } from './support/browser.js';
import { outputFolder, say, startServer } from './support/programs.js';
import { pad } from './support/wav.js';

const SILENT = 1e-4; // a level: 80 dB below full scale
const FLUSH_MS = 150;

// The caller asks, and asks something else while the answer is being spoken.
const QUESTION = 'What can you do?';
const INTERRUPTION = 'Stop please. What time is it?';
const PAUSE_MS = 3500;

let server;
let browser;
let page;

before(async () => {
  mkdirSync(outputFolder(), { recursive: true });
  const microphone = path.join(outputFolder(), 'microphone.wav');
  say([QUESTION, INTERRUPTION], PAUSE_MS, microphone);
  pad(microphone, 1.5, 30);
  server = await startServer();
  browser = await Browser.launch(microphone);
});

afterEach(async () => {
  const { errors } = page;
  await page.close();
  assert.deepEqual(errors, [], 'the page ran into errors');
});

after(async () => {
  await browser?.close();
  if (server) assert.equal(await server.stop(), 0, 'the server did not end well');
});

const agentLines = async () => (await page.transcript()).filter(({ who }) => who === 'agent');

// The page's output sounded before the flush, and soon after it has fallen silent for good.
async function checkSilenceAfter(t, flush) {
  const levels = await page.levels(flush.at - 300, flush.at + 500);
  const loud = levels.filter(({ level }) => level >= SILENT);
  assert.ok(loud.some(({ at, level }) => at < flush.at && level > 0.01), 'nothing was to be flushed');
  assert.ok(levels.length > 50, `only ${levels.length} levels were measured`);
  const silentAfter = levels.find(({ at }) => at > loud.at(-1).at).at - flush.at;
  t.diagnostic(`silent ${silentAfter.toFixed(0)} ms after the flush`);
  assert.ok(silentAfter < FLUSH_MS, `silent only ${silentAfter} ms after the flush`);
}

async function write(text) {
  await page.page.fill('#text', text);
  await page.page.press('#text', 'Enter');
}

test('the agent answers a spoken question, and falls silent when it is interrupted', async (t) => {
  page = await browser.open(server.url);
  await page.screenshot('1-before');
  await page.page.click('#talk');
  await page.message({ type: 'turn', turn: 1 });
  await page.sound(500);
  await page.message({ type: 'heard' });
  await page.screenshot('2-answering');
  const answering = await agentLines();
  assert.ok(answering[0].heard.length > 0, 'the words that were spoken are marked');
  assert.ok(answering[0].heard.length < answering[0].text.length, 'the others are not');

  const flush = await page.message({ type: 'flush' });
  await page.message({ type: 'interrupted' });
  await page.screenshot('3-interrupted');
  await checkSilenceAfter(t, flush);

  await page.message({ type: 'turn', turn: 2 });
  await page.sound(500, flush.at + 500);
  await page.message({ type: 'metrics', turn: 2 });
  await page.screenshot('4-answered-again');
  const lines = await page.transcript();
  assert.deepEqual(lines.map(({ who }) => who), ['user', 'agent', 'user', 'agent']);
  assert.match(lines[0].text, /what can you do/);
  assert.equal(lines[1].interrupted, true);
  assert.match(lines[2].text, /what time is it/);
  assert.equal(lines[3].heard, lines[3].text);
  assert.equal(await page.page.locator('#history button').count(), 2);
  assert.match(await page.page.textContent('#response'), /ms|s$/);
  await page.page.click('#talk');
  assert.equal(await page.page.getAttribute('#connection', 'data-state'), 'closed');
});

test('what is typed is answered, in writing or aloud as the mode says', async (t) => {
  page = await browser.open(server.url);
  await page.page.click('text=writes');
  await write('what time is it');
  await page.message({ type: 'reply', turn: 1, final: true });
  const begin = await page.now();
  assert.deepEqual((await page.transcript()).map(({ who }) => who), ['user', 'agent']);
  await page.screenshot('5-written');

  await page.page.click('text=speaks');
  await page.message({ type: 'mode', mode: 'voice_to_voice' });
  const silent = await page.levels(0, begin);
  assert.ok(silent.every(({ level }) => level < SILENT), 'a written answer made a sound');
  await write('what can you do');
  await page.sound(300, begin);
  await page.page.click('#hush');
  const flush = await page.message({ type: 'flush' });
  await checkSilenceAfter(t, flush);
});

test('a lost connection is opened again, and the conversation goes on', async () => {
  page = await browser.open(server.url);
  await page.page.click('text=writes');
  await write('what can you do');
  await page.message({ type: 'reply', turn: 1, final: true });
  const { session_id: session } = await page.message({ type: 'started' });
  const written = await page.transcript();
  await page.page.evaluate(() => window.ear.sockets.at(-1).close());
  const again = await page.message({ type: 'started', resumed: true });
  assert.equal(again.session_id, session);
  assert.deepEqual(
    (await page.transcript()).map(({ text }) => text),
    written.map(({ text }) => text),
  );
  await write('what time is it');
  await page.message({ type: 'reply', turn: 2, final: true });
  await page.screenshot('6-resumed');
});

test('a page that is loaded again takes the conversation up where it was', async () => {
  page = await browser.open(server.url);
  await page.page.click('text=writes');
  await write('what can you do');
  await page.message({ type: 'reply', turn: 1, final: true });
  const { session_id: session } = await page.message({ type: 'started' });
  await page.page.reload();
  await write('what time is it');
  const again = await page.message({ type: 'started' });
  assert.equal(again.session_id, session);
  await page.message({ type: 'reply', turn: 2, final: true });
  const lines = await page.transcript();
  assert.deepEqual(lines.map(({ who }) => who), ['user', 'agent', 'user', 'agent']);
});

test('a server that was started anew gets a new conversation', async () => {
  let other = await startServer();
  try {
    page = await browser.open(other.url);
    await page.page.click('text=writes');
    await write('what can you do');
    await page.message({ type: 'reply', turn: 1, final: true });
    await other.stop();
    await page.page.waitForSelector('#connection[data-state=waiting]');
    await page.screenshot('9-server-gone');
    other = await startServer({ port: other.port });
    await page.message({ type: 'started', resumed: false });
    await page.page.waitForSelector('#connection[data-state=open]');
    await write('what time is it');
    await page.until('the answer', () => /It is/.test(document.body.textContent));
  } finally {
    await other.stop();
  }
  page.errors = page.errors.filter((error) => !error.includes('WebSocket connection')); // meanwhile
});

test('a server that wants a token asks for it, and is told', async () => {
  const other = await startServer({ token: 'sesame' });
  try {
    page = await browser.open(other.url);
    await page.page.click('text=writes');
    await write('what can you do');
    await page.page.waitForSelector('#token-dialog[open]');
    await page.screenshot('10-token');
    await page.page.fill('#token', 'wrong');
    await page.page.click('#token-form .primary');
    await page.page.waitForSelector('#token-dialog[open]');
    await page.page.fill('#token', 'sesame');
    await page.page.click('#token-form .primary');
    await page.message({ type: 'reply', turn: 1, final: true });
    assert.deepEqual((await page.transcript()).map(({ who }) => who), ['user', 'agent']);
  } finally {
    await other.stop();
  }
});

test('a microphone that is refused is explained', async () => {
  page = await browser.open(server.url, {
    initScript: () => {
      navigator.mediaDevices.getUserMedia = () =>
        Promise.reject(new DOMException('Permission denied', 'NotAllowedError'));
    },
  });
  await page.page.click('#talk');
  await page.page.waitForSelector('#alert:not([hidden])');
  assert.match(await page.page.textContent('#alert'), /blocked/);
  assert.equal(await page.page.textContent('#talk .label'), 'Talk');
  await page.screenshot('7-no-microphone');
});

test('muting keeps the voice back', async () => {
  page = await browser.open(server.url);
  await page.page.click('#talk');
  await page.page.waitForSelector('#mute:not([disabled])');
  await page.page.click('#mute');
  assert.equal(await page.page.getAttribute('#mute', 'aria-pressed'), 'true');
  await page.page.waitForTimeout(4000); // the question is over by then
  const messages = await page.page.evaluate(() => window.ear.messages.map(({ type }) => type));
  assert.ok(!messages.includes('transcript'), 'the muted question was heard');
});

test('on a phone, in the dark, everything can be reached', async () => {
  page = await browser.open(server.url);
  await page.page.setViewportSize({ width: 360, height: 640 });
  await page.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  for (const id of ['talk', 'mute', 'hush', 'text', 'send', 'new', 'timing-toggle']) {
    const box = await page.page.locator(`#${id}`).boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 360 && box.y + box.height <= 640, id);
  }
  await page.page.click('#timing-toggle');
  assert.equal(await page.page.isVisible('#timing'), true);
  await page.screenshot('8-phone');
  const width = await page.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 360, `the page is ${width} pixels wide`);
});
