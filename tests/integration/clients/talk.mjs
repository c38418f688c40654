// Talks to a server over both of its WebSockets with the package ws; ends with 0 when it was answered.
import { on, once } from 'node:events';
import assert from 'node:assert/strict';
import WebSocket from 'ws';

const origin = process.argv[2].replace(/^http/, 'ws');

// From the beginning, so that none is lost.
const messagesOf = (socket) => on(socket, 'message', { close: ['close'] });

async function messagesUntil(messages, wanted) {
  for (;;) {
    const { value, done } = await messages.next();
    assert.ok(!done, 'the server closed the connection');
    const [data, isBinary] = value;
    if (isBinary) continue;
    const message = JSON.parse(data);
    if (wanted(message)) return message;
  }
}

async function json() {
  const socket = new WebSocket(`${origin}/ws`);
  const messages = messagesOf(socket);
  await messagesUntil(messages, (m) => m.type === 'connection');
  socket.send(JSON.stringify({ type: 'text', text: 'hello' }));
  const answer = await messagesUntil(messages, (m) => m.type === 'text_response');
  assert.equal(answer.success, true);
  const closed = once(socket, 'close');
  socket.close(1000);
  const [code] = await closed;
  assert.equal(code, 1000);
}

async function stream() {
  const socket = new WebSocket(`${origin}/api/v1/ws/stream`, 'voiceagent.v1');
  const messages = messagesOf(socket);
  await once(socket, 'open');
  assert.equal(socket.protocol, 'voiceagent.v1');
  socket.send(JSON.stringify({ type: 'start', mode: 'text_to_text' }));
  await messagesUntil(messages, (m) => m.type === 'started');
  socket.ping();
  await once(socket, 'pong');
  socket.send(JSON.stringify({ type: 'text', text: 'hello' }));
  const reply = await messagesUntil(messages, (m) => m.type === 'reply' && m.final);
  assert.ok(reply.text.length > 0);
  const closed = once(socket, 'close');
  socket.send(JSON.stringify({ type: 'end' }));
  const [code] = await closed;
  assert.equal(code, 1000);
}

await json();
await stream();
console.log('answered');
