import assert from 'node:assert/strict';
import { test } from 'node:test';

import { JitterBuffer } from '../../examples/web/jitter_buffer.js';

const RATE = 16000;
const FRAME = 320; // 20 ms
const BLOCK = 32; // 2 ms
const LEVEL = 0.5;

// A server that sends frames and a loudspeaker that asks for blocks, on one clock.
class Stand {
  constructor() {
    this.buffer = new JitterBuffer(RATE);
    this.now = 1;
    this.sent = 0;
    this.generation = 0;
  }

  send(frames = 1) {
    for (let i = 0; i < frames; i++) {
      const samples = new Float32Array(FRAME).fill(LEVEL);
      this.buffer.push(this.generation, this.sent % 2 ** 32, samples, this.now);
      this.sent += FRAME;
    }
  }

  // What is heard in the next seconds.
  play(seconds) {
    const heard = [];
    for (let i = 0; i < Math.round((seconds * RATE) / BLOCK); i++) {
      const out = new Float32Array(BLOCK);
      this.buffer.read(out, this.now);
      heard.push(...out);
      this.now += BLOCK / RATE;
    }
    return heard;
  }
}

const loud = (samples) => samples.filter((sample) => sample > 0).length;

test('nothing is heard before the target has come, all of it afterwards', () => {
  const stand = new Stand();
  stand.send();
  assert.equal(loud(stand.play(0.01)), 0);
  stand.send(2);
  const heard = stand.play(0.1);
  assert.ok(heard[0] > 0);
  assert.equal(stand.buffer.position, 3 * FRAME);
});

test('a sound shorter than the target is heard all the same', () => {
  const stand = new Stand();
  stand.send();
  stand.play(0.1);
  assert.equal(stand.buffer.position, FRAME);
});

test('speech begins and ends without a click', () => {
  const stand = new Stand();
  stand.send(5);
  const heard = stand.play(0.2);
  for (let i = 1; i < heard.length; i++) assert.ok(Math.abs(heard[i] - heard[i - 1]) < 0.02);
  assert.ok(Math.max(...heard) === LEVEL);
});

test('a flush silences within a few milliseconds', () => {
  const stand = new Stand();
  stand.send(10);
  stand.play(0.05);
  stand.buffer.flush(1);
  const heard = stand.play(0.2);
  assert.ok(loud(heard) <= 0.006 * RATE, `${loud(heard)} samples`);
  assert.equal(stand.buffer.held, 0);
});

test('after a flush the position is that of the last sample that was heard', () => {
  const stand = new Stand();
  stand.send(10);
  stand.play(0.05);
  const before = stand.buffer.position;
  stand.buffer.flush(1);
  stand.play(0.1);
  assert.ok(stand.buffer.position >= before && stand.buffer.position <= before + 0.006 * RATE);
});

test('frames of an earlier generation that come after the flush are not heard', () => {
  const stand = new Stand();
  stand.buffer.flush(1);
  stand.send(10);
  assert.equal(loud(stand.play(0.3)), 0);
});

test('audio of the new generation is heard after a flush, also when it came before it', () => {
  const stand = new Stand();
  stand.send(5);
  stand.play(0.02);
  stand.generation = 1;
  stand.send(5);
  stand.buffer.flush(1);
  const heard = loud(stand.play(0.3));
  assert.ok(heard >= 5 * FRAME && heard <= 5 * FRAME + 0.011 * RATE, `${heard} samples`);
  assert.equal(stand.buffer.position, 10 * FRAME);
});

test('a late frame is an underrun, and the next stretch waits for longer', () => {
  const stand = new Stand();
  stand.send(3);
  stand.play(0.1); // dry after 60 ms
  stand.send(3);
  assert.equal(stand.buffer.underruns, 1);
  assert.ok(stand.buffer.target > 0.07 && stand.buffer.target <= 0.12, `${stand.buffer.target}`);
});

test('the target never leaves its bounds, and falls again when all is calm', () => {
  const stand = new Stand();
  for (let i = 0; i < 10; i++) {
    stand.send(8);
    stand.play(0.4);
  }
  assert.equal(stand.buffer.target, 0.12);
  for (let i = 0; i < 20; i++) {
    stand.send(8);
    stand.play(1);
  }
  assert.equal(stand.buffer.target, 0.04);
});

test('what follows a flush is no underrun', () => {
  const stand = new Stand();
  stand.send(5);
  stand.play(0.03);
  stand.buffer.flush(1);
  stand.play(0.1);
  stand.generation = 1;
  stand.send(5);
  assert.equal(stand.buffer.underruns, 0);
});

test('positions go on past 2^32', () => {
  const stand = new Stand();
  stand.sent = 2 ** 32 - FRAME;
  stand.send(3);
  stand.play(0.1);
  assert.equal(stand.buffer.position, 2 ** 32 + 2 * FRAME);
});

test('frames that the server dropped leave a gap in the positions only', () => {
  const stand = new Stand();
  stand.send(2);
  stand.sent += 3 * FRAME;
  stand.send(2);
  assert.ok(loud(stand.play(0.2)) >= 4 * FRAME - 1);
  assert.equal(stand.buffer.position, 7 * FRAME);
});

test('a page that slept does not play minutes of old audio', () => {
  const stand = new Stand();
  stand.send(50 * 60);
  assert.ok(stand.buffer.held <= 10 * RATE);
  assert.equal(stand.buffer.dropped + stand.buffer.held, 50 * 60 * FRAME);
});

test('another session begins with generation and position 0', () => {
  const stand = new Stand();
  stand.generation = 7;
  stand.send(5);
  stand.play(0.05);
  stand.buffer.reset();
  stand.generation = 0;
  stand.sent = 0;
  stand.play(0.1);
  stand.send(3);
  stand.play(0.2);
  assert.equal(stand.buffer.position, 3 * FRAME);
});

test('an empty frame changes nothing', () => {
  const buffer = new JitterBuffer(RATE);
  buffer.push(0, 0, new Float32Array(0), 1);
  const out = new Float32Array(BLOCK).fill(1);
  buffer.read(out, 1);
  assert.deepEqual([...out], new Array(BLOCK).fill(0));
});
