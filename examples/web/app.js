// The page: what the user does goes to the talk, what happens in the talk is shown.
import { Conversation } from './conversation.js';
import { Dock } from './dock.js';
import { Meter } from './meter.js';
import { explain } from './microphone.js';
import { rememberedToken, rememberToken, takeSession, rememberSession } from './memory.js';
import { Talk } from './talk.js';
import { Timing } from './timing.js';
import { Transcript } from './transcript.js';

const element = (id) => document.getElementById(id);

const transcript = new Transcript(element('transcript'), element('entries'), element('empty'));
const timing = new Timing({
  body: element('timing-body'),
  empty: element('timing-empty'),
  legend: element('legend'),
  response: element('response'),
  note: element('response-note'),
  stages: element('stages'),
  axisEnd: element('axis-end'),
  remarks: element('remarks'),
  history: element('history'),
  summary: element('summary'),
});
const dock = new Dock({
  talk: element('talk'),
  mute: element('mute'),
  hush: element('hush'),
  status: element('status'),
  connection: element('connection'),
  connectionText: element('connection-text'),
  delay: element('delay'),
  alert: element('alert'),
  alertText: element('alert-text'),
});
const userMeter = new Meter(element('meter-you'), 'right');
const agentMeter = new Meter(element('meter-agent'), 'left');

const conversation = new Conversation({
  onChange: (entry) => transcript.show(entry),
  onRemove: (entry) => transcript.remove(entry),
});

const state = { connection: 'closed', detail: '', delay: null, opening: false };
let waitingText = []; // typed before there was a connection

function show() {
  const listening = talk.microphone !== null;
  dock.show({ ...state, phase: conversation.phase, listening, muted: talk.muted });
}

const talk = new Talk({
  onState(connection, detail) {
    state.connection = connection;
    state.detail = detail;
    if (connection === 'open') sendWaiting();
    if (connection === 'closed') talk.stopListening();
    show();
  },
  onMessage(message) {
    conversation.take(message);
    if (message.type === 'metrics') timing.add(message);
    if (message.type === 'mode') checkMode(message.mode);
    if (message.type === 'reply' && message.final && !conversation.agentSpeaks) {
      element('announcer').textContent = message.text;
    }
    show();
  },
  onDelay(ms) {
    state.delay = ms;
    show();
  },
  onTokenWanted: askForToken,
  onUserLevel: (level) => userMeter.add(level),
  onAgentLevel: (level) => agentMeter.add(level),
  onMicrophoneLost() {
    dock.alert('The microphone was disconnected. Press Talk to go on with another.');
    show();
  },
});

// -- What the user does

const chosen = (name) => document.querySelector(`input[name=${name}]:checked`).value;
const chosenMode = () => `${chosen('you')}_to_${chosen('agent')}`;

function checkMode(mode) {
  const [you, agent] = mode.split('_to_');
  for (const [name, value] of [['you', you], ['agent', agent]]) {
    const input = document.querySelector(`input[name=${name}][value="${value}"]`);
    if (input) input.checked = true;
  }
}

async function connect() {
  if (talk.isGoing) return;
  conversation.mode = chosenMode();
  await talk.begin({ mode: chosenMode(), session: takeSession(), token: rememberedToken() });
}

// Opens the microphone, telling the user what is in the way; false when there is none.
async function openMicrophone() {
  dock.alert('');
  state.opening = true;
  show();
  try {
    return await talk.listen();
  } catch (error) {
    dock.alert(explain(error));
    return false;
  } finally {
    state.opening = false;
    show();
  }
}

async function startTalking() {
  if (!(await openMicrophone())) return;
  if (chosen('you') !== 'voice') {
    checkMode(`voice_to_${chosen('agent')}`);
    talk.setMode(chosenMode());
  }
  await connect();
  show();
}

function endTalk() {
  waitingText = [];
  talk.end();
  show();
}

async function write(text) {
  conversation.typed(text);
  waitingText.push(text);
  if (state.connection === 'open') sendWaiting();
  else await connect();
}

function sendWaiting() {
  for (const text of waitingText) talk.send({ type: 'text', text });
  waitingText = [];
}

async function changeMode() {
  if (!talk.isGoing) return;
  if (chosen('you') === 'text') talk.stopListening();
  else if (!(await openMicrophone())) checkMode(`text_to_${chosen('agent')}`);
  conversation.mode = chosenMode();
  talk.setMode(chosenMode());
  show();
}

function toggleMute() {
  if (talk.microphone) talk.muted = !talk.muted;
  show();
}

function interrupt() {
  talk.send({ type: 'interrupt' });
}

function beginAnew() {
  endTalk();
  conversation.clear();
  transcript.clear();
  timing.clear();
  dock.alert('');
  state.detail = '';
  show();
}

function askForToken(text) {
  const dialog = element('token-dialog');
  const spoke = talk.microphone !== null;
  element('token').value = '';
  dock.alert(rememberedToken() ? `${text} The one that was given is not accepted.` : '');
  dialog.onclose = async () => {
    if (dialog.returnValue !== 'ok') return;
    rememberToken(element('token').value);
    dock.alert('');
    if (spoke) await startTalking();
    else await connect();
  };
  dialog.showModal();
}

const timingIsOpen = () => element('timing').dataset.open === 'true';

// Closes what lies over the conversation, or else cuts the agent off.
function escape() {
  if (timingIsOpen()) toggleTiming(false);
  else if (!element('hush').disabled) interrupt();
}

function toggleTiming(open) {
  element('timing').dataset.open = String(open);
  element('timing-toggle').setAttribute('aria-expanded', String(open));
  element(open ? 'timing-close' : 'timing-toggle').focus();
}

// -- Where it comes from

element('talk').onclick = () => (talk.microphone || state.opening ? endTalk() : startTalking());
element('mute').onclick = toggleMute;
element('hush').onclick = interrupt;
element('new').onclick = beginAnew;
element('alert-close').onclick = () => dock.alert('');
element('timing-toggle').onclick = () => toggleTiming(!timingIsOpen());
element('timing-close').onclick = () => toggleTiming(false);
for (const input of document.querySelectorAll('.switch input')) input.onchange = changeMode;
for (const chip of document.querySelectorAll('.chip')) chip.onclick = () => write(chip.textContent);

element('write').onsubmit = (event) => {
  event.preventDefault();
  const text = element('text').value.trim();
  element('text').value = '';
  if (text) write(text);
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || element('token-dialog').open) return;
  if (event.key === 'Escape') return escape();
  if (event.target.matches('input[type=text], input[type=password]')) return;
  if (event.key === 'm') toggleMute();
  if (event.key === '/') {
    event.preventDefault();
    element('text').focus();
  }
});

document.addEventListener('visibilitychange', () => document.hidden || talk.wake());
addEventListener('online', () => talk.wake());
addEventListener('pagehide', () => rememberSession(talk.isGoing ? talk.session : null));

show();
