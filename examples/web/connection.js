// One conversation's connection: opens it, and opens it again when it is lost, as the same session.
import {
  ProtocolError, SUBPROTOCOL, judgeClose, parseAudio, parseMessage, startMessage,
} from './protocol.js';

const FIRST_WAIT = 500; // ms; doubled for each failure
const MAX_WAIT = 8000;
const MAX_TRIES = 10; // in a row
const START_PATIENCE = 10000; // ms until the server's "started"
const PING_INTERVAL = 5000;
const PONG_PATIENCE = 10000;
const MAX_WAITING_BYTES = 64000; // two seconds of speech: older audio would come too late anyway

// States: "connecting", "open", "waiting" (for the next try), "closed".
export class Connection {
  // `listener` has onState(state, text), onMessage(message), onAudio(frame), onDelay(ms) and
  // onTokenWanted(text). `environment` has WebSocket, setTimeout, clearTimeout, now and random.
  constructor(url, { mode, session, token }, listener, environment = browserEnvironment()) {
    this.url = url;
    this.mode = mode;
    this.session = session;
    this.token = token;
    this.listener = listener;
    this.environment = environment;
    this.state = 'closed';
    this.failures = 0;
    this.retryAfter = 0;
    this.refusal = ''; // what the server said before it closed a connection that it had not opened
    this.timers = {};
    this.lostAudio = 0; // frames
  }

  open() {
    this.#forget();
    this.#setState('connecting');
    const socket = new this.environment.WebSocket(this.url, SUBPROTOCOL);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.onopen = () => this.#send(startMessage(this));
    socket.onmessage = ({ data }) => this.#take(data);
    socket.onclose = ({ code }) => this.#closed(code);
    this.#later('patience', START_PATIENCE, () => this.#lost());
  }

  get isOpen() {
    return this.state === 'open';
  }

  // A message of the protocol; false when there is no connection to send it by.
  send(message) {
    if (!this.isOpen) return false;
    this.#send(message);
    return true;
  }

  sendAudio(buffer) {
    if (!this.isOpen) return;
    if (this.socket.bufferedAmount > MAX_WAITING_BYTES) {
      this.lostAudio++;
    } else {
      this.socket.send(buffer);
    }
  }

  // Ends the session, and the connection with it.
  end() {
    this.send({ type: 'end' });
    this.socket?.close(1000);
    this.#forget();
    this.#setState('closed', '');
  }

  // Tries now instead of later: the network has come back.
  hurry() {
    if (this.state === 'waiting') this.open();
  }

  #send(message) {
    this.socket.send(JSON.stringify(message));
  }

  #take(data) {
    try {
      if (typeof data !== 'string') return this.listener.onAudio(parseAudio(data));
      return this.#message(parseMessage(data));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.listener.onMessage({ type: 'warning', message: error.message });
    }
  }

  #message(message) {
    if (message.type === 'pong') return this.#pong();
    if (message.type === 'started') this.#started(message);
    if (message.type === 'error' && !this.isOpen) return this.#refused(message);
    if (message.type === 'mode') this.mode = message.mode;
    this.listener.onMessage(message);
  }

  // The close that follows says what comes next.
  #refused({ message, retry_after_ms: retryAfter }) {
    this.refusal = message;
    if (retryAfter > 0) this.retryAfter = retryAfter;
  }

  #started({ session_id: session }) {
    this.session = session;
    this.failures = 0;
    this.#cancel('patience');
    this.#setState('open', '');
    this.#ping();
  }

  #ping() {
    this.pingedAt = this.environment.now();
    this.send({ type: 'ping', id: String(this.pingedAt) });
    this.#later('ping', PONG_PATIENCE, () => this.#lost());
  }

  #pong() {
    this.listener.onDelay(this.environment.now() - this.pingedAt);
    this.#later('ping', PING_INTERVAL, () => this.#ping());
  }

  // The other end doesn't answer any more, whatever the socket says.
  #lost() {
    this.socket.close();
    this.#closed(1006);
  }

  #closed(code) {
    this.#forget();
    const { next, text: usual } = judgeClose(code);
    const text = next === 'no' && this.refusal ? this.refusal : usual;
    this.refusal = '';
    if (next === 'again') return this.#wait(text);
    if (next === 'new' && this.session) {
      this.session = null;
      this.listener.onMessage({ type: 'warning', message: text });
      return this.open();
    }
    if (next === 'token') this.listener.onTokenWanted(text);
    this.#setState('closed', text);
  }

  #wait(text) {
    this.failures++;
    if (this.failures > MAX_TRIES) {
      return this.#setState('closed', 'The server can’t be reached. Press Talk to try again.');
    }
    const longest = Math.min(MAX_WAIT, FIRST_WAIT * 2 ** (this.failures - 1));
    const wait = Math.max(this.retryAfter, longest * (0.5 + this.environment.random() / 2));
    this.retryAfter = 0;
    this.#setState('waiting', text || (this.session ? 'The connection was lost.' : 'The server can’t be reached.'));
    this.#later('retry', wait, () => this.open());
  }

  #setState(state, text = '') {
    this.state = state;
    this.listener.onState(state, text);
  }

  #later(name, ms, f) {
    this.#cancel(name);
    this.timers[name] = this.environment.setTimeout(f, ms);
  }

  #cancel(name) {
    this.environment.clearTimeout(this.timers[name]);
  }

  // No old socket or timer says anything from now on.
  #forget() {
    for (const name of Object.keys(this.timers)) this.#cancel(name);
    if (!this.socket) return;
    for (const handler of ['onopen', 'onmessage', 'onclose']) this.socket[handler] = null;
    this.socket = null;
  }
}

function browserEnvironment() {
  return {
    WebSocket: globalThis.WebSocket,
    setTimeout: (f, ms) => globalThis.setTimeout(f, ms),
    clearTimeout: (timer) => globalThis.clearTimeout(timer),
    now: () => performance.now(),
    random: Math.random,
  };
}
