// The conversation on the page: an element for each entry of a Conversation.

const NEAR_END = 80; // CSS pixels: who has scrolled further up is not pulled down

export class Transcript {
  constructor(scroller, list, empty) {
    this.scroller = scroller;
    this.list = list;
    this.empty = empty;
    this.elements = new Map();
    this.following = true; // the newest is in sight, and stays so
    scroller.addEventListener('scroll', () => (this.following = this.#isAtEnd()));
    new ResizeObserver(() => this.#follow()).observe(scroller);
  }

  // Shows a new or a changed entry.
  show(entry) {
    let item = this.elements.get(entry.id);
    if (!item) {
      item = document.createElement('li');
      this.elements.set(entry.id, item);
      this.list.append(item);
    }
    item.className = classesOf(entry);
    item.replaceChildren(...partsOf(entry));
    item.hidden = entry.text === '';
    this.empty.hidden = true;
    this.#follow();
  }

  remove(entry) {
    this.elements.get(entry.id)?.remove();
    this.elements.delete(entry.id);
  }

  clear() {
    this.list.replaceChildren();
    this.elements.clear();
    this.empty.hidden = false;
  }

  #follow() {
    if (this.following) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }
}

function classesOf({ who, partial, dropped, interrupted, error }) {
  const states = { partial, dropped, interrupted, error };
  return ['entry', who, ...Object.keys(states).filter((name) => states[name])].join(' ');
}

function span(className, text) {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = text;
  return element;
}

function partsOf(entry) {
  const { who, text, heard, interrupted } = entry;
  if (who === 'notice') return [span('text', text)];
  const bubble = document.createElement('p');
  bubble.className = 'text';
  bubble.append(span('heard', text.slice(0, heard)));
  if (heard < text.length) bubble.append(span('rest', text.slice(heard)));
  const parts = [span('who', who === 'user' ? 'You' : 'Agent'), bubble];
  if (interrupted) parts.push(span('mark', 'interrupted'));
  return parts;
}
