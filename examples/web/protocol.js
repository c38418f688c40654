// The messages of docs/protocols/stream.md, to and from the wire. Nothing here knows of a socket.

export const PATH = 'api/v1/ws/stream';
export const SUBPROTOCOL = 'voiceagent.v1';
export const INPUT = { encoding: 's16le', sample_rate: 16000 };
export const OUTPUT = { encoding: 's16le', sample_rate: 24000 };

const HEADER_BYTES = 8;

// What a message of the server must have, by its type; other types and fields are let through.
const FIELDS = {
  started: { session_id: 'string', resumed: 'boolean' },
  transcript: { text: 'string', final: 'boolean' },
  turn: { text: 'string' },
  turn_dropped: {},
  reply: { text: 'string' },
  speaking: { state: 'string' },
  heard: { text: 'string' },
  user_speaking: { state: 'string' },
  flush: { generation: 'number' },
  interrupted: {},
  mode: { mode: 'string' },
  metrics: {},
  warning: { message: 'string' },
  error: { message: 'string' },
};

export class ProtocolError extends Error {}

// A text frame as an object with a known shape. Throws a ProtocolError.
export function parseMessage(text) {
  let message;
  try {
    message = JSON.parse(text);
  } catch {
    throw new ProtocolError('the server sent text that is not JSON');
  }
  if (message === null || typeof message !== 'object' || typeof message.type !== 'string') {
    throw new ProtocolError('the server sent a message without a type');
  }
  for (const [name, type] of Object.entries(FIELDS[message.type] ?? {})) {
    if (typeof message[name] !== type) {
      throw new ProtocolError(`the server’s “${message.type}” lacks its “${name}” (a ${type})`);
    }
  }
  return message;
}

// A binary frame: which generation, at which position, and its samples (an ArrayBuffer of s16le).
export function parseAudio(buffer) {
  if (buffer.byteLength < HEADER_BYTES || buffer.byteLength % 2 !== 0) {
    throw new ProtocolError(`the server sent audio of ${buffer.byteLength} bytes`);
  }
  const header = new DataView(buffer);
  return {
    generation: header.getUint32(0, true),
    position: header.getUint32(4, true),
    samples: buffer.slice(HEADER_BYTES),
  };
}

// The first message. `session` is the id of a session to take up again, or null.
export function startMessage({ mode, session, token }) {
  return {
    type: 'start',
    mode,
    input: INPUT,
    output: OUTPUT,
    playback_reports: true,
    events: ['partial', 'metrics'],
    client: 'voiceagent-web/1',
    ...(session ? { session_id: session } : {}),
    ...(token ? { token } : {}),
  };
}

// All samples before `position` have been played.
export function playbackMessage(position) {
  return { type: 'playback', position: position % 2 ** 32 };
}

// What a close code means: whether to connect again ("again", "new": without the session, "token":
// once there is one, "no"), and what to tell the user, if anything.
export function judgeClose(code) {
  switch (code) {
    case 1000:
      return { next: 'no', text: '' };
    case 1001:
      return { next: 'again', text: 'The server is restarting.' };
    case 1007:
    case 1009:
      return { next: 'no', text: 'The server refused a message of this page.' };
    case 1008:
      return { next: 'no', text: 'The server ended the connection: too many errors.' };
    case 1013:
      return { next: 'again', text: 'The server is busy.' };
    case 4001:
      return { next: 'no', text: 'The conversation goes on in another window.' };
    case 4003:
      return { next: 'token', text: 'The server asks for an access token.' };
    case 4004:
      return { next: 'new', text: 'The conversation is over on the server; this is a new one.' };
    default:
      return { next: 'again', text: '' };
  }
}
