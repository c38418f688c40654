// The panel of turn timings: the waterfall of one turn, and the turns before to choose from.
import { STAGES, axisEnd, formatMs, layOut, median, responseOf } from './waterfall.js';

const SVG = 'http://www.w3.org/2000/svg';
const SHOWN = 24; // turns
const MIN_WIDTH = 1.5; // percent: also what took no time is seen

function rectangle(className, { x = 0, y = 0, width = 0, height = 0 }) {
  const element = document.createElementNS(SVG, 'rect');
  element.setAttribute('class', className);
  for (const [name, value] of Object.entries({ x, y, width, height })) {
    element.setAttribute(name, typeof value === 'number' ? `${value}%` : value);
  }
  return element;
}

function drawing(...shapes) {
  const element = document.createElementNS(SVG, 'svg');
  element.setAttribute('aria-hidden', 'true');
  element.append(...shapes);
  return element;
}

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

function explained({ field, name, hint }) {
  const swatch = drawing(rectangle(`fill ${field}`, { width: 100, height: 100 }));
  return make('li', '', swatch, make('strong', '', name), make('span', '', hint));
}

function remarks({ tools_ms: tools, barge_in_ms: silent }) {
  const texts = [];
  if (tools > 0) texts.push(`The reply waited ${formatMs(tools)} for tools.`);
  if (typeof silent === 'number') {
    texts.push(`You interrupted: ${formatMs(silent)} after your voice began the agent fell silent.`);
  }
  return texts;
}

export class Timing {
  // `parts` has the elements by their ids.
  constructor(parts) {
    this.parts = parts;
    this.parts.legend.replaceChildren(...STAGES.map(explained));
    this.clear();
  }

  clear() {
    this.turns = [];
    this.selected = null;
    this.parts.body.hidden = true;
    this.parts.empty.hidden = false;
  }

  // The metrics of a turn that is over.
  add(metrics) {
    const isLatest = this.selected === this.turns.at(-1);
    this.turns.push(metrics);
    if (this.turns.length > SHOWN) this.turns.shift();
    if (isLatest || !this.turns.includes(this.selected)) this.selected = metrics;
    this.draw();
  }

  draw() {
    this.parts.body.hidden = false;
    this.parts.empty.hidden = true;
    this.#drawTurn(this.selected);
    this.#drawHistory();
  }

  #drawTurn(metrics) {
    const { bars, total, response } = layOut(metrics);
    const end = axisEnd(total);
    this.parts.response.textContent = formatMs(response);
    this.parts.note.textContent =
      response === null ? 'there was no answer' : 'from your last word to the agent’s first';
    this.parts.stages.replaceChildren(...bars.map((bar) => this.#row(bar, end)));
    this.parts.axisEnd.textContent = formatMs(end);
    this.parts.remarks.replaceChildren(...remarks(metrics).map((text) => make('p', '', text)));
  }

  #row({ field, name, hint, begin, end: reached, early }, end) {
    const left = (begin / end) * 100;
    const width = Math.max(MIN_WIDTH, ((reached - begin) / end) * 100);
    const track = drawing(
      rectangle('track', { width: 100, height: 100 }),
      rectangle(`fill ${field}`, { x: Math.min(left, 100 - MIN_WIDTH), width, height: 100 }),
    );
    const spent = early ? 'ready' : `+${formatMs(reached - begin)}`;
    const row = make(
      'li', 'stage-row',
      make('span', 'stage-name', name), track,
      make('span', 'stage-spent', spent),
    );
    row.title = `${name}: ${early ? 'was ready before it was needed' : hint}, at ${formatMs(reached)}`;
    return row;
  }

  #drawHistory() {
    const end = axisEnd(Math.max(...this.turns.map((turn) => layOut(turn).total)));
    this.parts.history.replaceChildren(...this.turns.map((turn) => this.#column(turn, end)));
    const responses = this.turns.map(responseOf).filter((ms) => ms !== null);
    const count = responses.length === 1 ? '1 answer' : `${responses.length} answers`;
    this.parts.summary.textContent = `Median ${formatMs(median(responses))} of ${count}`;
  }

  #column(metrics, end) {
    const { bars, response } = layOut(metrics);
    const shapes = bars
      .filter(({ early }) => !early)
      .map(({ field, begin, end: reached }) => rectangle(`fill ${field}`, {
        y: 100 - (reached / end) * 100, width: 100, height: ((reached - begin) / end) * 100,
      }));
    const ground = rectangle('track', { width: 100, height: 100 });
    const button = make('button', 'turn', drawing(ground, ...shapes));
    button.type = 'button';
    button.title = `Turn ${metrics.turn}: ${formatMs(response)}`;
    button.setAttribute('aria-label', button.title);
    button.setAttribute('aria-pressed', metrics === this.selected);
    button.onclick = () => {
      this.selected = metrics;
      this.draw();
      this.parts.history.querySelector('[aria-pressed=true]').focus();
    };
    return make('li', '', button);
  }
}
