// What has come from the server and has not been played yet. Frames go in as they arrive, samples
// come out as the player asks, smoothed over by as much delay as the network has lately needed.
//
// Times are in seconds, positions in samples of the session's output; see docs/protocols/stream.md.

const MIN_TARGET = 0.04;
const MAX_TARGET = 0.12;
const CALM_STEP = 0.9; // of the target, for each stretch of speech that came smoothly
const SAME_STRETCH = 0.5; // audio that is later than this begins a new stretch of speech
const FADE = 0.005;
const MAX_HELD = 10; // seconds; a page that slept doesn't play what it has missed

export class JitterBuffer {
  constructor(sampleRate) {
    this.rate = sampleRate;
    this.target = MIN_TARGET; // how much to hold before playing begins
    this.underruns = 0;
    this.dropped = 0; // samples, of frames that came too late or were too many
    this.position = 0; // the end of what was handed out last
    this.generation = 0; // frames of earlier ones are not wanted
    this.held = 0; // samples
    this.chunks = [];
    this.offset = 0; // into the first chunk
    this.playing = false;
    this.startAt = Infinity; // when to begin even if less than the target has come
    this.dryAt = -Infinity;
    this.fadeIn = 0; // samples of the beginning that are still to be faded in
    this.tail = []; // samples of what was flushed, fading out
    this.last = 0; // the sample handed out last of those that are not faded out
    this.fadeOut = 0; // gain of that sample, while nothing follows it
  }

  get fadeLength() {
    return Math.round(FADE * this.rate);
  }

  // One frame: `position` as in its header (modulo 2^32), `samples` a Float32Array.
  push(generation, position, samples, now) {
    if (generation < this.generation || samples.length === 0) {
      this.dropped += samples.length;
      return;
    }
    this.generation = generation;
    if (this.held === 0 && !this.playing) this.#beginStretch(now);
    this.chunks.push({ generation, position: this.#unwrap(position), samples });
    this.held += samples.length;
    while (this.held > MAX_HELD * this.rate) this.#dropFirst();
  }

  // Drops all that is older than `generation`: a few milliseconds fade out, the rest is gone.
  flush(generation) {
    this.generation = Math.max(this.generation, generation);
    const isOld = () => this.chunks.length > 0 && this.chunks[0].generation < this.generation;
    if (this.playing && isOld()) {
      const length = Math.min(this.fadeLength, this.chunks[0].samples.length - this.offset);
      for (let i = 0; i < length; i++) this.tail.push(this.#next() * (1 - (i + 1) / length));
      this.fadeOut = 0;
    }
    while (isOld()) this.#dropFirst();
    if (this.held === 0) {
      this.playing = false;
      this.dryAt = -Infinity; // what comes next is no late audio
    }
  }

  // Forgets everything, for another session.
  reset() {
    this.flush(Infinity);
    this.generation = 0;
    this.position = 0;
  }

  // Fills `out` with what is to be heard at `now`.
  read(out, now) {
    let i = 0;
    while (i < out.length && this.tail.length > 0) out[i++] = this.tail.shift();
    this.#startIfReady(now);
    while (i < out.length && this.playing && this.held > 0) out[i++] = this.#next();
    if (i === out.length) return;
    if (this.playing) {
      this.playing = false;
      this.dryAt = now;
    }
    // Ends without a click, wherever the wave was.
    for (; i < out.length; i++) {
      this.fadeOut = Math.max(0, this.fadeOut - 1 / this.fadeLength);
      out[i] = this.last * this.fadeOut;
    }
  }

  #startIfReady(now) {
    if (this.playing || this.held === 0) return;
    if (this.held < this.target * this.rate && now < this.startAt) return;
    this.playing = true;
    this.fadeIn = this.fadeLength;
  }

  #beginStretch(now) {
    const gap = now - this.dryAt;
    if (gap < SAME_STRETCH) {
      this.underruns++;
      this.target = Math.min(MAX_TARGET, this.target + gap);
    } else if (this.dryAt > -Infinity) {
      this.target = Math.max(MIN_TARGET, this.target * CALM_STEP);
    }
    this.startAt = now + this.target;
  }

  #next() {
    const chunk = this.chunks[0];
    let sample = chunk.samples[this.offset++];
    this.held--;
    this.position = chunk.position + this.offset;
    if (this.offset === chunk.samples.length) {
      this.chunks.shift();
      this.offset = 0;
    }
    if (this.fadeIn > 0) sample *= 1 - this.fadeIn-- / (this.fadeLength + 1);
    this.last = sample;
    this.fadeOut = 1;
    return sample;
  }

  #dropFirst() {
    const count = this.chunks[0].samples.length - this.offset;
    this.dropped += count;
    this.held -= count;
    this.chunks.shift();
    this.offset = 0;
  }

  // Positions are modulo 2^32 on the wire; this one is near the one that came before.
  #unwrap(position) {
    const before = this.chunks.at(-1)?.position ?? this.position;
    if (before === 0) return position;
    return before + ((position - before) | 0);
  }
}
