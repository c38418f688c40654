// A voice's level of the last seconds as a row of bars, the newest beside the talk button.

const BAR = 3; // CSS pixels
const GAP = 2;
const FLOOR = -50; // dB: below it a bar is a dot
const CEILING = -6; // dB: here it has its full height
const STEP = 60; // ms that one bar stands for

// How much of the full height a level (0 to 1, root mean square) takes.
export function heightOf(level) {
  const db = 20 * Math.log10(Math.max(level, 1e-6));
  return Math.min(1, Math.max(0, (db - FLOOR) / (CEILING - FLOOR))) ** 1.5;
}

export class Meter {
  // `newestAt` is "left" or "right": the end at which bars come in.
  constructor(canvas, newestAt) {
    this.canvas = canvas;
    this.newestAt = newestAt;
    this.bars = []; // heights, the newest first
    this.loudest = 0;
    this.calm = matchMedia('(prefers-reduced-motion: reduce)');
    this.stepAt = 0;
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.draw());
  }

  // The level of this moment; several a bar.
  add(level) {
    this.loudest = Math.max(this.loudest, heightOf(level));
    const now = performance.now();
    if (now < this.stepAt) return;
    this.stepAt = now + STEP;
    this.#push(this.loudest);
    this.loudest = 0;
  }

  clear() {
    this.bars = [];
    this.draw();
  }

  #push(height) {
    if (this.calm.matches) {
      // No movement along: one level, as so many lit bars.
      const lit = Math.round(height * this.capacity);
      this.bars = Array.from({ length: this.capacity }, (_, i) => (i < lit ? 0.5 : 0));
    } else {
      this.bars.unshift(height);
      this.bars.length = Math.min(this.bars.length, this.capacity);
    }
    requestAnimationFrame(() => this.draw());
  }

  get capacity() {
    return Math.max(1, Math.floor(this.canvas.clientWidth / (BAR + GAP)));
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const scale = devicePixelRatio;
    if (this.canvas.width !== Math.round(width * scale)) this.canvas.width = width * scale;
    if (this.canvas.height !== Math.round(height * scale)) this.canvas.height = height * scale;
    const context = this.canvas.getContext('2d');
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.fillStyle = getComputedStyle(this.canvas).color;
    for (let i = 0; i < this.capacity; i++) {
      const bar = Math.max(BAR, (this.bars[i] ?? 0) * height);
      const along = i * (BAR + GAP);
      const x = this.newestAt === 'left' ? along : width - along - BAR;
      context.globalAlpha = (this.bars[i] > 0 ? 1 : 0.35) * (1 - (0.75 * i) / this.capacity);
      context.beginPath();
      context.roundRect(x, (height - bar) / 2, BAR, bar, BAR / 2);
      context.fill();
    }
  }
}
