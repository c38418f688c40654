import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Player } from '../../examples/web/player.js';

// An audio system whose worklet says what the test tells it to.
async function openPlayer(reports) {
  const port = { postMessage() {} };
  globalThis.AudioWorkletNode = class {
    port = port;
    connect() {}
  };
  const context = { currentTime: 0, audioWorklet: { async addModule() {} } };
  const callbacks = { onPlayed: (position) => reports.push(position), onState() {} };
  const player = await Player.open(context, 16000, callbacks);
  const state = (time, position) => {
    context.currentTime = time;
    port.onmessage({ data: { session: 0, time, position } });
  };
  return { player, state };
}

test('what has been played is reported when there is something new', async () => {
  const reports = [];
  const { state } = await openPlayer(reports);
  state(1, 0);
  state(2, 16000);
  state(3, 16000);
  assert.deepEqual(reports, [16000]);
});

test('each flush is followed by one report, also when nothing new was heard', async () => {
  const reports = [];
  const { player, state } = await openPlayer(reports);
  player.flush(1);
  state(1, 0);
  state(2, 16000);
  player.flush(2);
  state(2.01, 16000);
  state(2.5, 16000);
  assert.deepEqual(reports, [0, 16000, 16000]);
});
