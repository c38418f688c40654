// A streaming sample-rate converter: windowed-sinc low-pass, one polyphase branch for each position
// between two input samples. Both rates are whole numbers of Hz.

const ZERO_CROSSINGS = 32; // of the sinc, on each side
const KAISER_BETA = 8; // about 80 dB of stop band
// Half of the window's transition band, in zero crossings of the sinc: the stop band begins at the
// lower of the two Nyquist frequencies instead of being in its middle there.
const TRANSITION = 2.6 / ZERO_CROSSINGS;

// The modified Bessel function of the first kind and order 0.
function bessel0(x) {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}

// `up` rows of `taps` coefficients each; row p serves outputs that lie p/up after an input sample.
function makeBranches(up, taps, cutoff) {
  const rows = [];
  const centre = taps / 2 - 1;
  for (let phase = 0; phase < up; phase++) {
    const row = new Float32Array(taps);
    let sum = 0;
    for (let i = 0; i < taps; i++) {
      const t = i - centre - phase / up; // distance from the output, in input samples
      const edge = t / (taps / 2);
      const x = Math.PI * t * cutoff;
      const sinc = x === 0 ? 1 : Math.sin(x) / x;
      const window = bessel0(KAISER_BETA * Math.sqrt(Math.max(0, 1 - edge * edge)));
      row[i] = sinc * window;
      sum += row[i];
    }
    for (let i = 0; i < taps; i++) row[i] /= sum; // a constant stays what it is, in every phase
    rows.push(row);
  }
  return rows;
}

export class Resampler {
  constructor(fromRate, toRate) {
    for (const rate of [fromRate, toRate]) {
      if (!Number.isInteger(rate) || rate < 1) throw new RangeError(`not a sample rate: ${rate}`);
    }
    const divisor = gcd(fromRate, toRate);
    this.up = toRate / divisor;
    this.down = fromRate / divisor;
    const ratio = Math.min(1, toRate / fromRate);
    this.identity = this.up === this.down;
    this.taps = this.identity ? 1 : 2 * Math.ceil(ZERO_CROSSINGS / ratio);
    this.branches = this.identity ? [] : makeBranches(this.up, this.taps, ratio * (1 - TRANSITION));
    this.history = new Float32Array(0);
    this.output = new Float32Array(0);
    this.reset();
  }

  // How late the output is, in input samples.
  get delay() {
    return this.taps - 1 - this.centre;
  }

  get centre() {
    return this.identity ? 0 : this.taps / 2 - 1;
  }

  // Forgets what came before: silence lies before the next input.
  reset() {
    this.phase = 0; // of the next output, in 1/up of an input sample
    this.held = this.centre; // samples in `history`, from the first that the next output needs on
    this.skip = 0; // input samples still to be passed over before that first one
    this.history.fill(0);
  }

  // How many input samples `process` needs to give `outputs` samples.
  inputsFor(outputs) {
    if (outputs === 0) return 0;
    const steps = Math.floor((this.phase + (outputs - 1) * this.down) / this.up);
    return Math.max(0, this.skip + steps + this.taps - this.held);
  }

  // Takes samples (Float32Array) and returns what they make, in a view that is valid until the next
  // call: at most `most` samples, what there is more comes first in the next call.
  process(input, most = Infinity) {
    if (this.identity) return input;
    this.#append(input);
    const { taps, up, down, history, branches } = this;
    let first = 0;
    let count = 0;
    this.#reserveOutput(Math.ceil((this.held * up) / down) + 1);
    if (this.skip > 0) return this.output.subarray(0, 0);
    while (first + taps <= this.held && count < most) {
      const row = branches[this.phase];
      let sum = 0;
      for (let i = 0; i < taps; i++) sum += row[i] * history[first + i];
      this.output[count++] = sum;
      this.phase += down;
      first += Math.floor(this.phase / up);
      this.phase %= up;
    }
    this.#drop(first);
    return this.output.subarray(0, count);
  }

  #append(input) {
    const passed = Math.min(this.skip, input.length);
    this.skip -= passed;
    const rest = input.length - passed;
    const needed = this.held + rest;
    if (needed > this.history.length) {
      const larger = new Float32Array(needed + 1024);
      larger.set(this.history.subarray(0, this.held));
      this.history = larger;
    }
    this.history.set(input.subarray(passed), this.held);
    this.held = needed;
  }

  #drop(count) {
    const gone = Math.min(count, this.held);
    this.history.copyWithin(0, gone, this.held);
    this.held -= gone;
    this.skip = count - gone;
  }

  #reserveOutput(size) {
    if (size > this.output.length) this.output = new Float32Array(size + 256);
  }
}
