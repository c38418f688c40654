// Runs on the audio thread: makes 20 ms frames of 16 kHz, 16 bit, of what the microphone gives.
import { Resampler } from './resampler.js';

const RATE = 16000;
const FRAME = RATE / 50;

class Capture extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate, RATE);
    this.#beginFrame();
  }

  process([input]) {
    const [channel] = input; // none while nothing is connected
    if (channel) for (const sample of this.resampler.process(channel)) this.#add(sample);
    return true;
  }

  #beginFrame() {
    this.frame = new Int16Array(FRAME);
    this.filled = 0;
    this.energy = 0;
  }

  #add(sample) {
    this.energy += sample * sample;
    this.frame[this.filled++] = Math.round(Math.max(-1, Math.min(1, sample)) * 32767);
    if (this.filled < FRAME) return;
    const level = Math.sqrt(this.energy / FRAME);
    this.port.postMessage({ samples: this.frame.buffer, level }, [this.frame.buffer]);
    this.#beginFrame();
  }
}

registerProcessor('capture', Capture);
