// Chromium with a microphone that plays a file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { listenIn } from './ear.js';
import { outputFolder } from './programs.js';

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream',
];

export class Browser {
  // `microphone` names the WAV file that is heard, once, from when a page opens the microphone.
  static async launch(microphone) {
    const profile = mkdtempSync(path.join(tmpdir(), 'voiceagent-browser-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      headless: true,
      viewport: { width: 1280, height: 800 },
      args: [...FLAGS, `--use-file-for-fake-audio-capture=${microphone}%noloop`],
    });
    await context.addInitScript(listenIn);
    return new Browser(context, profile);
  }

  constructor(context, profile) {
    this.context = context;
    this.profile = profile;
  }

  async open(url, options = {}) {
    const page = new Page(await this.context.newPage());
    await page.open(url, options);
    return page;
  }

  async close() {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}

// A page of ours, and what it did.
export class Page {
  constructor(page) {
    this.page = page;
    this.errors = []; // of its scripts, and what its security policy forbids
    page.on('pageerror', ({ message }) => this.errors.push(message));
    page.on('console', (entry) => {
      if (entry.type() === 'error') this.errors.push(entry.text());
    });
  }

  async open(url, { initScript } = {}) {
    if (initScript) await this.page.addInitScript(initScript);
    await this.page.goto(url);
  }

  close() {
    return this.page.close();
  }

  screenshot(name) {
    return this.page.screenshot({ path: path.join(outputFolder(), `${name}.png`) });
  }

  // Waits until `f(argument)`, which runs in the page, gives something true, and returns that. (The
  // library's own way to wait evaluates text, which the page's policy forbids.)
  async until(what, f, argument, timeout = 30000) {
    const end = Date.now() + timeout;
    for (;;) {
      const value = await this.page.evaluate(f, argument);
      if (value) return value;
      if (Date.now() > end) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const told = await this.page.evaluate(() => window.ear.messages.map((m) => JSON.stringify(m)));
    throw new Error(`waited in vain for ${what}; the server said:\n${told.join('\n')}`);
  }

  // Waits for a message of the server that has these fields.
  message(fields, timeout) {
    const find = (wanted) =>
      window.ear.messages.find((message) =>
        Object.entries(wanted).every(([name, value]) => message[name] === value));
    return this.until(`a message ${JSON.stringify(fields)}`, find, fields, timeout);
  }

  // Waits until the loudspeaker has sounded after `at` for so many ms.
  sound(ms, at = 0) {
    const sounded = (wanted) => {
      const { levels } = window.ear;
      let sum = 0;
      for (let i = 1; i < levels.length; i++) {
        const isLoud = levels[i].level > 0.01;
        if (isLoud && levels[i].at > wanted.at) sum += levels[i].at - levels[i - 1].at;
      }
      return sum >= wanted.ms;
    };
    return this.until(`${ms} ms of sound`, sounded, { ms, at });
  }

  // The loudspeaker's levels between two moments, waiting for the second to come.
  async levels(from, to) {
    await this.until('levels', (at) => window.ear.levels.some((level) => level.at > at), to);
    return this.page.evaluate(
      ([begin, end]) => window.ear.levels.filter(({ at }) => at >= begin && at <= end),
      [from, to],
    );
  }

  now() {
    return this.page.evaluate(() => performance.now());
  }

  // The entries on the page: {who, text, heard, interrupted}.
  transcript() {
    return this.page.$$eval('#entries > .entry', (entries) =>
      entries.map((entry) => ({
        who: ['user', 'agent', 'notice'].find((who) => entry.classList.contains(who)),
        text: entry.querySelector('.text').textContent,
        heard: entry.querySelector('.heard')?.textContent ?? '',
        interrupted: entry.classList.contains('interrupted'),
      })));
  }
}
