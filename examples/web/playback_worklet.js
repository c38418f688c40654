// Runs on the audio thread: plays the agent's voice from a jitter buffer, and says how far it is.
import { JitterBuffer } from './jitter_buffer.js';
import { Resampler } from './resampler.js';

const REPORT_INTERVAL = 0.02;

class Playback extends AudioWorkletProcessor {
  constructor({ processorOptions: { rate } }) {
    super();
    this.buffer = new JitterBuffer(rate);
    this.resampler = new Resampler(rate, sampleRate);
    this.lateness = this.resampler.delay / rate;
    this.input = new Float32Array(0);
    this.energy = 0;
    this.samples = 0;
    this.reportAt = 0;
    this.session = 0;
    this.port.onmessage = ({ data }) => this.#take(data);
  }

  // A frame, a flush, or the number of another session.
  #take({ generation, position, samples, session }) {
    if (samples) {
      const wave = Float32Array.from(new Int16Array(samples), (sample) => sample / 32768);
      this.buffer.push(generation, position, wave, currentTime);
      return;
    }
    if (session === undefined) {
      this.buffer.flush(generation);
    } else {
      this.buffer.reset();
      this.session = session;
    }
    this.reportAt = 0;
  }

  process(_inputs, [[out]]) {
    const count = this.resampler.inputsFor(out.length);
    if (count > this.input.length) this.input = new Float32Array(count);
    const input = this.input.subarray(0, count);
    this.buffer.read(input, currentTime);
    out.set(this.resampler.process(input, out.length));
    for (const sample of out) this.energy += sample * sample;
    this.samples += out.length;
    if (currentTime >= this.reportAt) this.#report(currentTime + out.length / sampleRate);
    return true;
  }

  #report(time) {
    const { position, held, playing, target, underruns } = this.buffer;
    this.port.postMessage({
      session: this.session,
      time: time + this.lateness,
      position,
      held: held / this.buffer.rate,
      playing,
      target,
      underruns,
      level: Math.sqrt(this.energy / this.samples),
    });
    this.energy = 0;
    this.samples = 0;
    this.reportAt = currentTime + REPORT_INTERVAL;
  }
}

registerProcessor('playback', Playback);
