import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Microphone } from '../../examples/web/microphone.js';

function fakeStream(t) {
  const track = { enabled: true, stopped: false, stop: () => (track.stopped = true) };
  const getUserMedia = async () => ({ getTracks: () => [track], getAudioTracks: () => [track] });
  const had = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  const value = { mediaDevices: { getUserMedia } };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
  t.after(() => {
    if (had) Object.defineProperty(globalThis, 'navigator', had);
    else delete globalThis.navigator;
  });
  return track;
}

test('a microphone whose worklet fails to load is closed again', async (t) => {
  const track = fakeStream(t);
  const context = {
    audioWorklet: { addModule: () => Promise.reject(new Error('no such file')) },
  };
  await assert.rejects(Microphone.open(context, {}), /no such file/);
  assert.equal(track.stopped, true);
});
