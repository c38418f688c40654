// What has been said, as the server's messages tell it. Knows nothing of the page.
//
// An entry is what one side says in one turn: {id, who ("user", "agent", "notice"), turn, text,
// heard (characters of the text that were heard; all of a text that isn't spoken), partial, open,
// interrupted, dropped}.

const MAX_ENTRIES = 500;

const ENDINGS = {
  agent: 'The agent ended the conversation.',
  idle: 'The conversation ended: nobody had spoken for long.',
  limit: 'The conversation has reached its longest time.',
  error: 'The conversation ended because something failed.',
};

// How many characters of `text` the words of `heard` cover, however they are spaced.
export function heardLength(text, heard) {
  let at = 0;
  for (const word of heard.split(/\s+/).filter(Boolean)) {
    const next = text.slice(at).search(/\S/) + at;
    if (!text.startsWith(word, next)) break;
    at = next + word.length;
  }
  return at;
}

export class Conversation {
  // `onChange(entry)` is told of new and changed entries, `onRemove(entry)` of those that go.
  constructor({ onChange, onRemove }) {
    this.onChange = onChange;
    this.onRemove = onRemove;
    this.entries = [];
    this.ids = 0;
    this.mode = 'voice_to_voice';
    // "listening", "hearing", "thinking", "speaking", "paused"
    this.phase = 'listening';
    this.userSpeaks = false;
  }

  get agentSpeaks() {
    return this.mode.endsWith('_to_voice');
  }

  // A line that the user typed, before the server has said anything of it.
  typed(text) {
    this.#add({ who: 'user', turn: null, text, open: true });
  }

  notice(text, { error = false } = {}) {
    this.#add({ who: 'notice', text, error });
  }

  clear() {
    this.entries = [];
    this.phase = 'listening';
  }

  // Takes a message of the server.
  take(message) {
    this[`_${message.type}`]?.({ turn: 0, ...message });
  }

  _started({ mode, resumed, context }) {
    this.mode = mode ?? this.mode;
    this.phase = 'listening';
    if (resumed && Array.isArray(context)) this.#restore(context);
  }

  _mode({ mode }) {
    this.mode = mode;
  }

  _user_speaking({ state }) {
    this.userSpeaks = state === 'started';
    if (this.userSpeaks) this.phase = 'hearing';
    else if (this.phase === 'hearing') this.phase = 'listening';
  }

  // The agent has nothing more to say.
  #rest() {
    this.phase = this.userSpeaks ? 'hearing' : 'listening';
  }

  _transcript({ turn, text, final }) {
    const entry = this.#find('user', turn) ?? this.#add({ who: 'user', turn, open: true });
    if (!entry.open) return;
    if (final) {
      entry.settled = [entry.settled, text].filter(Boolean).join(' ');
      this.#change(entry, { text: entry.settled, partial: false });
    } else if (text) {
      this.#change(entry, { text, partial: true });
    }
  }

  _turn({ turn, text }) {
    this.phase = 'thinking';
    const typed = this.entries.find(
      (entry) => entry.who === 'user' && entry.turn === null && entry.text === text,
    );
    const entry = typed ?? this.#find('user', turn) ?? this.#add({ who: 'user', turn });
    this.#change(entry, { turn, text, partial: false, open: false });
  }

  _turn_dropped({ turn, text }) {
    const entry = this.#find('user', turn);
    if (!entry) return;
    if (text) this.#change(entry, { text, partial: false, open: false, dropped: true });
    else this.#remove(entry);
  }

  _reply({ turn, text, final, delta }) {
    let entry = this.#find('agent', turn);
    if (!entry?.open) {
      const heard = this.agentSpeaks ? 0 : Infinity;
      entry = this.#add({ who: 'agent', turn, open: true, heard });
    }
    if (delta) this.#change(entry, { text: entry.text + text });
    if (final) this.#change(entry, { text, open: false });
    if (final && !this.agentSpeaks) this.#rest();
  }

  _speaking({ turn, state, heard }) {
    if (state === 'finished') this.#rest();
    else this.phase = state === 'paused' ? 'paused' : 'speaking';
    if (state === 'finished' && typeof heard === 'string') this._heard({ turn, text: heard });
  }

  _heard({ turn, text }) {
    const entry = this.#find('agent', turn);
    if (!entry) return;
    const length = heardLength(entry.text, text);
    if (length > entry.heard) this.#change(entry, { heard: length });
  }

  _interrupted({ turn, heard }) {
    this.#rest();
    const entry = this.#find('agent', turn);
    if (!entry) return;
    if (typeof heard === 'string') this._heard({ turn, text: heard });
    this.#change(entry, { open: false, interrupted: true });
  }

  _closed({ reason }) {
    this.phase = 'listening';
    if (ENDINGS[reason]) this.notice(ENDINGS[reason]);
  }

  _warning({ message }) {
    this.notice(message);
  }

  _error({ message }) {
    this.phase = 'listening';
    this.notice(message, { error: true });
  }

  // The latest entry of a side and a turn.
  #find(who, turn) {
    return this.entries.findLast((entry) => entry.who === who && entry.turn === turn);
  }

  #add(fields) {
    const entry = {
      id: ++this.ids, turn: null, text: '', settled: '', heard: Infinity,
      partial: false, open: false, interrupted: false, dropped: false, ...fields,
    };
    this.entries.push(entry);
    if (this.entries.length > MAX_ENTRIES) this.#remove(this.entries[0]);
    this.onChange(entry);
    return entry;
  }

  #change(entry, fields) {
    Object.assign(entry, fields);
    this.onChange(entry);
  }

  #remove(entry) {
    this.entries.splice(this.entries.indexOf(entry), 1);
    this.onRemove(entry);
  }

  // What the server remembers replaces what is here, but for what goes on at this moment.
  #restore(context) {
    const going = this.entries.filter((entry) => entry.open && entry.text);
    for (const entry of [...this.entries]) {
      if (!going.includes(entry)) this.#remove(entry);
    }
    for (const entry of going) this.#remove(entry);
    for (const { role, text, interrupted, turn } of context) {
      const who = { user: 'user', assistant: 'agent' }[role];
      if (who && typeof text === 'string') this.#add({ who, turn, text, interrupted });
    }
    for (const entry of going) {
      const last = this.entries.at(-1);
      if (last?.who === entry.who && entry.text.startsWith(last.text)) this.#remove(last);
      this.entries.push(entry);
      this.onChange(entry);
    }
  }
}
