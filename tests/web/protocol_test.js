import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  ProtocolError, judgeClose, parseAudio, parseMessage, playbackMessage, startMessage,
} from '../../examples/web/protocol.js';

test('a message is an object with a type and what that type must have', () => {
  const message = parseMessage('{"type":"transcript","text":"hello","final":true,"turn":1}');
  assert.deepEqual(message, { type: 'transcript', text: 'hello', final: true, turn: 1 });
});

test('types and fields that are not known are let through', () => {
  assert.equal(parseMessage('{"type":"news","of":1}').of, 1);
  assert.equal(parseMessage('{"type":"heard","text":"a","more":2}').more, 2);
});

test('what is no message is refused', () => {
  const wrong = ['', '{', 'null', '7', '[]', '{}', '{"type":3}', '{"type":"heard"}',
    '{"type":"flush","generation":"1"}', '{"type":"transcript","text":"a"}'];
  for (const text of wrong) assert.throws(() => parseMessage(text), ProtocolError, text);
});

test('names that every object has are no types', () => {
  for (const type of ['constructor', '__proto__', 'toString']) {
    assert.equal(parseMessage(JSON.stringify({ type })).type, type);
  }
});

test('audio has a little-endian header and samples', () => {
  const bytes = new Uint8Array([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0x34, 0x12]);
  const { generation, position, samples } = parseAudio(bytes.buffer);
  assert.equal(generation, 1);
  assert.equal(position, 2 ** 32 - 1);
  assert.deepEqual([...new Int16Array(samples)], [0x1234]);
});

test('audio that can not be is refused', () => {
  for (const size of [0, 7, 9, 11]) {
    assert.throws(() => parseAudio(new ArrayBuffer(size)), ProtocolError, `${size} bytes`);
  }
});

test('a start names a session and a token only where there is one', () => {
  const plain = startMessage({ mode: 'voice_to_voice', session: null, token: null });
  assert.equal(plain.type, 'start');
  assert.equal(plain.playback_reports, true);
  assert.ok(!('session_id' in plain) && !('token' in plain));
  const full = startMessage({ mode: 'voice_to_voice', session: 's', token: 't' });
  assert.equal(full.session_id, 's');
  assert.equal(full.token, 't');
});

test('positions are reported modulo 2^32', () => {
  assert.equal(playbackMessage(2 ** 32 + 5).position, 5);
});

test('a close code says what to do next', () => {
  const next = (code) => judgeClose(code).next;
  assert.equal(next(1000), 'no');
  assert.equal(next(1006), 'again');
  assert.equal(next(1013), 'again');
  assert.equal(next(4001), 'no');
  assert.equal(next(4003), 'token');
  assert.equal(next(4004), 'new');
});
