import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PlayedClock } from '../../examples/web/played_clock.js';

test('nothing has been played before anything was', () => {
  assert.equal(new PlayedClock().at(10), 0);
});

test('the position lies between the two moments around it', () => {
  const clock = new PlayedClock();
  clock.record(1, 1000);
  clock.record(2, 2000);
  assert.equal(clock.at(1.25), 1250);
});

test('more than is known is never claimed', () => {
  const clock = new PlayedClock();
  clock.record(1, 1000);
  clock.record(2, 2000);
  assert.equal(clock.at(0.5), 0);
  assert.equal(clock.at(9), 2000);
});

test('during silence the position stands', () => {
  const clock = new PlayedClock();
  clock.record(1, 1000);
  clock.record(2, 1000);
  clock.record(3, 1500);
  assert.equal(clock.at(1.9), 1000);
  assert.equal(clock.at(2.5), 1250);
});

test('what would go back is not believed', () => {
  const clock = new PlayedClock();
  clock.record(2, 2000);
  clock.record(1, 3000);
  clock.record(3, 1000);
  assert.equal(clock.at(9), 2000);
});

test('a long talk needs no more memory than a short one', () => {
  const clock = new PlayedClock();
  for (let i = 0; i < 10000; i++) clock.record(i, i * 480);
  assert.ok(clock.points.length < 1000);
  assert.equal(clock.at(9999), 9999 * 480);
});
