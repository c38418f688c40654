import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Conversation, heardLength } from '../../examples/web/conversation.js';

function talk(...messages) {
  const conversation = new Conversation({ onChange() {}, onRemove() {} });
  for (const message of messages) conversation.take(message);
  return conversation;
}

const lines = (conversation) => conversation.entries.map(({ who, text }) => `${who}: ${text}`);

const started = { type: 'started', session_id: 's', resumed: false, mode: 'voice_to_voice' };
const partial = (turn, text) => ({ type: 'transcript', turn, text, final: false });
const final = (turn, text) => ({ type: 'transcript', turn, text, final: true });
const turn = (number, text) => ({ type: 'turn', turn: number, text });
const delta = (number, text) => ({ type: 'reply', turn: number, text, delta: true });
const reply = (number, text) => ({ type: 'reply', turn: number, text, delta: false, final: true });

test('partials replace each other, and the turn has the last word', () => {
  const conversation = talk(started, partial(1, 'what'), partial(1, 'what can'));
  assert.deepEqual(lines(conversation), ['user: what can']);
  assert.equal(conversation.entries[0].partial, true);
  conversation.take(turn(1, 'what can you do'));
  assert.deepEqual(lines(conversation), ['user: what can you do']);
  assert.equal(conversation.entries[0].partial, false);
});

test('finals add up', () => {
  const conversation = talk(started, final(1, 'hello'), final(1, 'there'));
  assert.deepEqual(lines(conversation), ['user: hello there']);
});

test('a sound that is not answered leaves nothing, a back-channel stays as one', () => {
  const noise = talk(started, partial(1, 'uh'), { type: 'turn_dropped', turn: 1, text: '' });
  assert.deepEqual(lines(noise), []);
  const word = talk(started, partial(1, 'uh'), { type: 'turn_dropped', turn: 1, text: 'uh huh' });
  assert.equal(word.entries[0].dropped, true);
});

test('a typed line is there at once, and once', () => {
  const conversation = talk(started);
  conversation.typed('hello');
  conversation.take(turn(1, 'hello'));
  conversation.take(reply(1, 'Hi.'));
  assert.deepEqual(lines(conversation), ['user: hello', 'agent: Hi.']);
});

test('the words of the reply are heard one after the other', () => {
  const conversation = talk(started, turn(1, 'hi'), delta(1, 'Good '), delta(1, 'morning.'));
  assert.equal(conversation.entries[1].heard, 0);
  conversation.take({ type: 'heard', turn: 1, text: 'Good' });
  assert.equal(conversation.entries[1].heard, 4);
  conversation.take(reply(1, 'Good morning.'));
  conversation.take({ type: 'speaking', turn: 1, state: 'finished', heard: 'Good morning.' });
  assert.equal(conversation.entries[1].heard, 13);
});

test('what was heard never shrinks', () => {
  const conversation = talk(started, reply(1, 'One two three.'));
  conversation.take({ type: 'heard', turn: 1, text: 'One two' });
  conversation.take({ type: 'heard', turn: 1, text: 'One' });
  assert.equal(conversation.entries[0].heard, 7);
});

test('an interrupted reply keeps what was heard', () => {
  const conversation = talk(started, reply(1, 'One two three.'));
  conversation.take({ type: 'interrupted', turn: 1, heard: 'One' });
  assert.equal(conversation.entries[0].interrupted, true);
  assert.equal(conversation.entries[0].heard, 3);
});

test('a reply that is only written is all there to be read', () => {
  const conversation = talk({ ...started, mode: 'text_to_text' }, turn(1, 'hi'), delta(1, 'Hello.'));
  assert.equal(conversation.entries[1].heard, Infinity);
  conversation.take(reply(1, 'Hello.'));
  assert.equal(conversation.phase, 'listening');
});

test('announcements of no turn are replies one after the other', () => {
  const { turn: none, ...greeting } = reply(0, 'Welcome.');
  const conversation = talk(started, greeting, { ...greeting, text: 'One moment.' });
  assert.deepEqual(lines(conversation), ['agent: Welcome.', 'agent: One moment.']);
});

test('the phases follow the conversation', () => {
  const conversation = talk(started);
  const phases = [];
  for (const message of [
    { type: 'user_speaking', state: 'started', turn: 1 },
    { type: 'user_speaking', state: 'stopped', turn: 1 },
    turn(1, 'hi'),
    { type: 'speaking', state: 'started', turn: 1 },
    { type: 'speaking', state: 'paused', turn: 1 },
    { type: 'speaking', state: 'resumed', turn: 1 },
    { type: 'speaking', state: 'finished', turn: 1, heard: '' },
  ]) {
    conversation.take(message);
    phases.push(conversation.phase);
  }
  assert.deepEqual(phases, [
    'hearing', 'listening', 'thinking', 'speaking', 'paused', 'speaking', 'listening',
  ]);
});

test('who interrupts is still heard when the agent has fallen silent', () => {
  const conversation = talk(
    started,
    { type: 'speaking', state: 'started', turn: 1 },
    { type: 'user_speaking', state: 'started', turn: 2 },
    { type: 'speaking', state: 'paused', turn: 1 },
    { type: 'interrupted', turn: 1, heard: '' },
  );
  assert.equal(conversation.phase, 'hearing');
});

test('a resumed session shows what the server remembers, once', () => {
  const context = [
    { role: 'system', text: 'instructions' },
    { role: 'user', text: 'hi', interrupted: false, turn: 1 },
    { role: 'assistant', text: 'Hello.', interrupted: true, turn: 1 },
  ];
  const conversation = talk(started, turn(1, 'hi'), reply(1, 'Hello there.'), delta(2, 'One two'));
  conversation.take({ ...started, resumed: true, context });
  assert.deepEqual(lines(conversation), ['user: hi', 'agent: Hello.', 'agent: One two']);
  assert.equal(conversation.entries[1].interrupted, true);
});

test('errors and endings are told', () => {
  const conversation = talk(started, { type: 'error', message: 'the model failed' });
  conversation.take({ type: 'closed', reason: 'idle' });
  assert.equal(conversation.entries[0].error, true);
  assert.equal(conversation.entries.length, 2);
});

test('names of the class are no messages', () => {
  const conversation = talk(started, { type: 'constructor' }, { type: '__proto__' });
  assert.deepEqual(lines(conversation), []);
});

test('a day of talking does not fill the memory', () => {
  const conversation = talk(started);
  for (let i = 1; i <= 2000; i++) conversation.take(turn(i, 'hello'));
  assert.ok(conversation.entries.length <= 500);
});

test('heardLength goes by words, however they are spaced', () => {
  assert.equal(heardLength('Hello,  my friend.', 'Hello, my'), 10);
  assert.equal(heardLength('Hello, my friend.', ''), 0);
  assert.equal(heardLength('Hello, my friend.', 'Good day'), 0);
  assert.equal(heardLength('Hello', 'Hello there'), 5);
});
