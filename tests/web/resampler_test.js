import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Resampler } from '../../examples/web/resampler.js';

const PAIRS = [[48000, 16000], [44100, 16000], [96000, 16000], [24000, 48000], [24000, 44100]];

function tone(rate, hz, samples) {
  return Float32Array.from({ length: samples }, (_, i) => Math.sin((2 * Math.PI * hz * i) / rate));
}

// How much of a tone comes out, in dB, measured away from the ends.
function gain(from, to, hz) {
  const output = new Resampler(from, to).process(tone(from, hz, from));
  const middle = output.subarray(output.length / 4, (output.length * 3) / 4);
  const power = middle.reduce((sum, sample) => sum + sample * sample, 0) / middle.length;
  return 10 * Math.log10(2 * power + 1e-12);
}

function collect(resampler, input, block) {
  const output = [];
  for (let i = 0; i < input.length; i += block) {
    output.push(...resampler.process(input.subarray(i, i + block)));
  }
  return output;
}

for (const [from, to] of PAIRS) {
  const nyquist = Math.min(from, to) / 2;

  test(`${from} to ${to}: speech passes unchanged`, () => {
    for (const hz of [50, 300, 1000, 3400, nyquist * 0.8]) {
      assert.ok(Math.abs(gain(from, to, hz)) < 0.05, `${hz} Hz: ${gain(from, to, hz)} dB`);
    }
  });

  test(`${from} to ${to}: what the lower rate can't hold is gone`, () => {
    for (const hz of [nyquist * 1.02, nyquist * 1.3, nyquist * 1.7]) {
      if (hz < from / 2) assert.ok(gain(from, to, hz) < -70, `${hz} Hz: ${gain(from, to, hz)} dB`);
    }
  });

  test(`${from} to ${to}: however the input is cut, the output is the same`, () => {
    const input = tone(from, 440, 5000);
    const whole = collect(new Resampler(from, to), input, 5000);
    for (const block of [1, 7, 128, 441]) {
      assert.deepEqual(collect(new Resampler(from, to), input, block), whole);
    }
  });

  test(`${from} to ${to}: the output lies where the input does`, () => {
    const output = new Resampler(from, to).process(tone(from, 200, from / 10));
    for (let i = 200; i < output.length - 200; i++) {
      const expected = Math.sin((2 * Math.PI * 200 * i) / to);
      assert.ok(Math.abs(output[i] - expected) < 1e-3, `sample ${i}`);
    }
  });

  test(`${from} to ${to}: as much as asked for comes of what inputsFor says`, () => {
    const resampler = new Resampler(from, to);
    for (const wanted of [128, 1, 128, 17, 128, 128, 3]) {
      const input = new Float32Array(resampler.inputsFor(wanted)).fill(0.5);
      assert.equal(resampler.process(input, wanted).length, wanted);
    }
  });
}

test('a constant stays the same constant in every phase', () => {
  const output = new Resampler(44100, 16000).process(new Float32Array(44100).fill(0.25));
  for (const sample of output.subarray(200)) assert.ok(Math.abs(sample - 0.25) < 1e-5);
});

test('equal rates pass samples through', () => {
  const input = tone(16000, 440, 100);
  const resampler = new Resampler(16000, 16000);
  assert.equal(resampler.inputsFor(128), 128);
  assert.deepEqual(resampler.process(input), input);
  assert.equal(resampler.delay, 0);
});

test('reset forgets what came before', () => {
  const resampler = new Resampler(48000, 16000);
  const first = [...resampler.process(tone(48000, 440, 1000))];
  resampler.reset();
  assert.deepEqual([...resampler.process(tone(48000, 440, 1000))], first);
});

test('rates that are none are refused', () => {
  for (const rate of [0, -1, 44100.5, NaN]) assert.throws(() => new Resampler(rate, 16000), RangeError);
});
