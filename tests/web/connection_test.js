import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Connection } from '../../examples/web/connection.js';

class FakeSocket {
  static all = [];

  constructor(url, subprotocol) {
    Object.assign(this, { url, subprotocol, sent: [], bufferedAmount: 0, closedWith: undefined });
    FakeSocket.all.push(this);
  }

  send(data) {
    this.sent.push(typeof data === 'string' ? JSON.parse(data) : data);
  }

  close(code) {
    this.closedWith = code ?? 1005;
  }

  // What the server does.
  accept({ session = 's1', resumed = false } = {}) {
    this.onopen();
    this.say({ type: 'started', session_id: session, resumed });
  }

  say(message) {
    this.onmessage({ data: JSON.stringify(message) });
  }

  lose(code = 1006) {
    this.onclose({ code });
  }
}

// A connection in a world of its own: sockets, time and chance are ours.
function stand(options = {}) {
  FakeSocket.all = [];
  const timers = new Map();
  const world = { now: 0, states: [], messages: [], audio: [], delays: [], tokens: 0 };
  let ids = 0;
  const environment = {
    WebSocket: FakeSocket,
    setTimeout: (f, ms) => (timers.set(++ids, { f, at: world.now + ms }), ids),
    clearTimeout: (id) => timers.delete(id),
    now: () => world.now,
    random: () => 1,
  };
  world.pass = (ms) => {
    const end = world.now + ms;
    for (;;) {
      const due = [...timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      timers.delete(due[0]);
      world.now = due[1].at;
      due[1].f();
    }
    world.now = end;
  };
  const listener = {
    onState: (state, text) => world.states.push([state, text]),
    onMessage: (message) => world.messages.push(message),
    onAudio: (frame) => world.audio.push(frame),
    onDelay: (ms) => world.delays.push(ms),
    onTokenWanted: () => world.tokens++,
  };
  const settings = { mode: 'voice_to_voice', session: null, token: null, ...options };
  world.connection = new Connection('ws://host/x', settings, listener, environment);
  world.connection.open();
  return world;
}

const socket = () => FakeSocket.all.at(-1);
const state = (world) => world.states.at(-1)[0];

test('the first message is start, and it is open once the server has started', () => {
  const world = stand({ token: 't' });
  assert.equal(socket().subprotocol, 'voiceagent.v1');
  socket().onopen();
  assert.equal(socket().sent[0].type, 'start');
  assert.equal(socket().sent[0].token, 't');
  assert.equal(state(world), 'connecting');
  assert.equal(world.connection.send({ type: 'interrupt' }), false);
  socket().say({ type: 'started', session_id: 's1', resumed: false });
  assert.equal(state(world), 'open');
  assert.equal(world.connection.send({ type: 'interrupt' }), true);
});

test('a lost connection is opened again, as the same session and with its mode', () => {
  const world = stand();
  socket().accept();
  socket().say({ type: 'mode', mode: 'text_to_text' });
  socket().lose();
  assert.equal(state(world), 'waiting');
  world.pass(1000);
  assert.equal(FakeSocket.all.length, 2);
  socket().accept({ resumed: true });
  assert.equal(socket().sent[0].session_id, 's1');
  assert.equal(socket().sent[0].mode, 'text_to_text');
  assert.equal(state(world), 'open');
});

test('it waits longer each time, and gives up in the end', () => {
  const world = stand();
  const opened = [];
  for (let i = 0; i < 20 && state(world) !== 'closed'; i++) {
    socket().lose();
    const count = FakeSocket.all.length;
    const begin = world.now;
    while (FakeSocket.all.length === count && world.now - begin < 60000) world.pass(100);
    if (FakeSocket.all.length > count) opened.push(world.now - begin);
  }
  assert.deepEqual(opened.slice(0, 6), [500, 1000, 2000, 4000, 8000, 8000]);
  assert.equal(state(world), 'closed');
  assert.ok(world.states.at(-1)[1].includes('can’t be reached'));
});

test('a busy server is given the time that it asks for', () => {
  const world = stand();
  socket().onopen();
  socket().say({ type: 'error', message: 'at capacity', retry_after_ms: 5000 });
  socket().lose(1013);
  world.pass(4900);
  assert.equal(FakeSocket.all.length, 1);
  world.pass(200);
  assert.equal(FakeSocket.all.length, 2);
});

test('a refusal is told with the close, not as part of the conversation', () => {
  const world = stand();
  socket().onopen();
  socket().say({ type: 'error', message: 'no `start` came' });
  socket().lose(1008);
  assert.deepEqual(world.messages, []);
  assert.deepEqual(world.states.at(-1), ['closed', 'no `start` came']);
});

test('when the network is back it does not wait', () => {
  const world = stand();
  socket().accept();
  socket().lose();
  world.connection.hurry();
  assert.equal(FakeSocket.all.length, 2);
});

test('a session that is gone is replaced by a new one', () => {
  const world = stand({ session: 'old' });
  socket().onopen();
  assert.equal(socket().sent[0].session_id, 'old');
  socket().lose(4004);
  socket().accept({ session: 'new' });
  assert.ok(!('session_id' in socket().sent[0]));
  assert.equal(world.connection.session, 'new');
  assert.equal(world.messages[0].type, 'warning');
});

test('a missing token is asked for, and nothing is tried until then', () => {
  const world = stand();
  socket().onopen();
  socket().lose(4003);
  world.pass(60000);
  assert.equal(world.tokens, 1);
  assert.equal(FakeSocket.all.length, 1);
  assert.equal(state(world), 'closed');
});

test('a session that ended, or was taken over, is not opened again', () => {
  for (const code of [1000, 1008, 4001]) {
    const world = stand();
    socket().accept();
    socket().lose(code);
    world.pass(60000);
    assert.equal(FakeSocket.all.length, 1);
    assert.equal(state(world), 'closed');
  }
});

test('a server that does not start, or answers no ping, is taken to be lost', () => {
  const silent = stand();
  socket().onopen();
  silent.pass(10000);
  assert.equal(state(silent), 'waiting');

  const stalled = stand();
  socket().accept();
  stalled.pass(10000);
  assert.equal(state(stalled), 'waiting');
});

test('pings measure the way there and back, and keep the connection', () => {
  const world = stand();
  socket().accept();
  for (let i = 0; i < 10; i++) {
    world.pass(30);
    socket().say({ type: 'pong' });
    world.pass(5000);
  }
  assert.deepEqual([...new Set(world.delays)], [30]);
  assert.equal(state(world), 'open');
});

test('audio does not pile up before a slow network', () => {
  const world = stand();
  world.connection.sendAudio(new ArrayBuffer(640));
  assert.equal(socket().sent.length, 0);
  socket().accept();
  const before = socket().sent.length;
  world.connection.sendAudio(new ArrayBuffer(640));
  socket().bufferedAmount = 1e6;
  world.connection.sendAudio(new ArrayBuffer(640));
  assert.equal(socket().sent.length, before + 1);
  assert.equal(world.connection.lostAudio, 1);
});

test('what the server should not send is a warning, not the end', () => {
  const world = stand();
  socket().accept();
  socket().onmessage({ data: 'nonsense' });
  socket().onmessage({ data: new ArrayBuffer(3) });
  assert.deepEqual(world.messages.slice(1).map(({ type }) => type), ['warning', 'warning']);
  assert.equal(state(world), 'open');
});

test('ending says so to the server and forgets the socket', () => {
  const world = stand();
  socket().accept();
  const old = socket();
  world.connection.end();
  assert.equal(old.sent.at(-1).type, 'end');
  assert.equal(old.closedWith, 1000);
  assert.equal(old.onmessage, null);
  world.pass(60000);
  assert.equal(FakeSocket.all.length, 1);
});
