import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  axisEnd, formatMs, layOut, median, responseOf,
} from '../../examples/web/waterfall.js';

const turn = {
  endpointing_ms: 180, stt_final_ms: 200, llm_first_token_ms: 500, first_clause_ms: 550,
  tts_first_audio_ms: 600, response_ms: 610, played_ms: 680,
};

test('each stage begins where the one before ended', () => {
  const { bars, total, response } = layOut(turn);
  assert.deepEqual(bars.map(({ begin, end }) => [begin, end]), [
    [0, 180], [180, 200], [200, 500], [500, 550], [550, 600], [600, 610], [610, 680],
  ]);
  assert.equal(total, 680);
  assert.equal(response, 680);
});

test('a stage that was ready early takes no time', () => {
  const { bars } = layOut({ ...turn, llm_first_token_ms: 110, first_clause_ms: 110 });
  const reply = bars.find(({ field }) => field === 'llm_first_token_ms');
  assert.deepEqual([reply.begin, reply.end, reply.early], [110, 110, true]);
  const voice = bars.find(({ field }) => field === 'tts_first_audio_ms');
  assert.deepEqual([voice.begin, voice.end], [200, 600]);
});

test('stages that were not reached are left out', () => {
  const { bars, response } = layOut({ endpointing_ms: 180, stt_final_ms: null, response_ms: -1 });
  assert.deepEqual(bars.map(({ field }) => field), ['endpointing_ms']);
  assert.equal(response, null);
  assert.deepEqual(layOut({}), { bars: [], total: 0, response: null });
});

test('the answer is what was played, or else what was sent', () => {
  assert.equal(responseOf({ played_ms: 700, response_ms: 600 }), 700);
  assert.equal(responseOf({ played_ms: null, response_ms: 600 }), 600);
});

test('the axis ends at a round number', () => {
  assert.equal(axisEnd(0), 100);
  assert.equal(axisEnd(100), 100);
  assert.equal(axisEnd(680), 800);
  assert.equal(axisEnd(1001), 1500);
  assert.equal(axisEnd(12345), 15000);
});

test('the median is the one in the middle, or between the two there', () => {
  assert.equal(median([]), null);
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});

test('times are short to read', () => {
  assert.equal(formatMs(null), '–');
  assert.equal(formatMs(680.4), '680 ms');
  assert.equal(formatMs(1234), '1,234 ms');
  assert.equal(formatMs(12345), '12.3 s');
});
