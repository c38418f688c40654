// What lies under the conversation: the talk button and its neighbours, and the line that says what
// is going on.

const TALK = {
  idle: { label: 'Talk', icon: '#icon-microphone' },
  busy: { label: 'Cancel', icon: '#icon-end' },
  on: { label: 'End', icon: '#icon-end' },
};

const CONNECTION = {
  closed: 'Not connected',
  connecting: 'Connecting',
  open: 'Connected',
  waiting: 'Reconnecting',
};

const PHASE = {
  listening: 'Listening',
  hearing: 'You are speaking',
  thinking: 'Thinking',
  speaking: 'Speaking. Talk over it to interrupt',
  paused: 'Paused, listening to you',
};

function statusOf({ connection, detail, phase, listening, opening, muted }) {
  if (opening) return 'Asking for the microphone';
  if (connection === 'closed') return detail || 'Press Talk and speak';
  if (connection === 'connecting') return 'Connecting';
  if (connection === 'waiting') return `${detail} Trying again`;
  if (phase === 'listening' && !listening) return 'Type a message, or press Talk';
  if (phase === 'speaking' && !listening) return 'Speaking';
  if (muted && (phase === 'listening' || phase === 'hearing')) return 'You are muted';
  return PHASE[phase];
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text; // is read aloud when it changes
}

function setButton(button, { label, icon }) {
  setText(button.querySelector('.label'), label);
  button.querySelector('use').setAttribute('href', icon);
}

export class Dock {
  // `parts` has the elements by their ids.
  constructor(parts) {
    this.parts = parts;
  }

  // Shows a state: {connection, detail, phase, listening, opening, muted, delay}.
  show(state) {
    const { connection, phase, listening, opening, muted } = state;
    const { talk, mute, hush, status } = this.parts;
    const talkState = opening ? 'busy' : listening ? 'on' : 'idle';
    talk.dataset.state = talkState;
    talk.dataset.phase = connection === 'open' ? phase : '';
    setButton(talk, TALK[talkState]);
    mute.disabled = !listening;
    mute.setAttribute('aria-pressed', String(muted));
    setButton(mute, {
      label: muted ? 'Unmute' : 'Mute',
      icon: muted ? '#icon-muted' : '#icon-microphone',
    });
    hush.disabled = connection !== 'open' || !['speaking', 'paused', 'thinking'].includes(phase);
    setText(status, statusOf(state));
    status.dataset.busy =
      connection === 'connecting' || connection === 'waiting' || (connection === 'open' && phase === 'thinking');
    this.#showConnection(state);
  }

  #showConnection({ connection, delay }) {
    const { connection: pill, connectionText, delay: number } = this.parts;
    pill.dataset.state = connection;
    setText(connectionText, CONNECTION[connection]);
    number.textContent = connection === 'open' && delay !== null ? `${Math.round(delay)} ms` : '';
  }

  alert(text) {
    this.parts.alert.hidden = !text;
    setText(this.parts.alertText, text);
  }
}
