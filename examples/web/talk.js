// One conversation with everything that belongs to it: connection, microphone, player. What happens
// is told to a listener; the page around it only shows.
import { Connection } from './connection.js';
import { Microphone } from './microphone.js';
import { Player } from './player.js';
import { OUTPUT, PATH, playbackMessage } from './protocol.js';

function serverUrl() {
  const url = new URL(PATH, document.baseURI);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

export class Talk {
  // `listener` has onState(state, text), onMessage(message), onDelay(ms), onTokenWanted(),
  // onUserLevel(level), onAgentLevel(level) and onMicrophoneLost().
  constructor(listener) {
    this.listener = listener;
    this.context = null;
    this.opening = null; // a promise of the player
    this.player = null;
    this.microphone = null;
    this.wish = null; // for a microphone that is being opened
    this.connection = null;
  }

  get session() {
    return this.connection?.session ?? null;
  }

  // Not ended; perhaps it is just being connected again.
  get isGoing() {
    return this.connection !== null && this.connection.state !== 'closed';
  }

  // Connects. Call it in the handler of a click or key: browsers don't let pages sound before one.
  async begin({ mode, session, token }) {
    await this.#openAudio();
    if (this.isGoing) return;
    const { onState, onDelay, onTokenWanted } = this.listener;
    this.connection = new Connection(serverUrl(), { mode, session, token }, {
      onState,
      onDelay,
      onTokenWanted,
      onMessage: (message) => this.#take(message),
      onAudio: (frame) => this.player.play(frame),
    });
    this.connection.open();
  }

  // Opens the microphone, if it isn't yet; false when the user has thought better of it meanwhile.
  // Throws what `explain` (microphone.js) explains. Call it as `begin`.
  async listen() {
    if (this.microphone) return true;
    const wish = {};
    this.wish = wish;
    await this.#openAudio();
    const microphone = await Microphone.open(this.context, {
      onFrame: (buffer, level) => {
        this.connection?.sendAudio(buffer);
        this.listener.onUserLevel(level);
      },
      onLost: () => {
        this.stopListening();
        this.listener.onMicrophoneLost();
      },
    });
    if (this.wish === wish) this.microphone = microphone;
    else microphone.close();
    return this.wish === wish;
  }

  stopListening() {
    this.wish = null;
    this.microphone?.close();
    this.microphone = null;
    this.listener.onUserLevel(0);
  }

  get muted() {
    return this.microphone?.muted ?? false;
  }

  set muted(muted) {
    if (this.microphone) this.microphone.muted = muted;
  }

  send(message) {
    return this.connection?.send(message) ?? false;
  }

  // From now on, also for connections to come.
  setMode(mode) {
    if (this.connection) this.connection.mode = mode;
    this.send({ type: 'mode', mode });
  }

  end() {
    this.stopListening();
    this.connection?.end();
    this.player?.reset();
  }

  // The page is seen again, or the network is back.
  wake() {
    if (this.isGoing) this.context?.resume();
    this.connection?.hurry();
  }

  #openAudio() {
    this.context ??= new AudioContext({ latencyHint: 'interactive' });
    this.context.resume().catch(() => {}); // it is asked again when the page is seen again
    this.opening ??= this.#openPlayer().catch((error) => {
      this.opening = null;
      throw error;
    });
    return this.opening;
  }

  async #openPlayer() {
    this.player = await Player.open(this.context, OUTPUT.sample_rate, {
      onPlayed: (position) => this.send(playbackMessage(position)),
      onState: ({ level }) => this.listener.onAgentLevel(level),
    });
  }

  #take(message) {
    if (message.type === 'started' && !message.resumed) this.player.reset();
    if (message.type === 'flush') this.player.flush(message.generation);
    this.listener.onMessage(message);
  }
}
