// The agent's voice: plays frames as they come, and reports what has been heard.
import { PlayedClock } from './played_clock.js';

const REPORT_INTERVAL = 0.1; // seconds
const MAX_LATENCY = 1; // beyond this a browser's estimate is not believed

export class Player {
  // `onPlayed(position)` gets the reports; `onState({level, held, target, underruns})` comes often.
  static async open(context, rate, { onPlayed, onState }) {
    await context.audioWorklet.addModule('playback_worklet.js');
    return new Player(context, rate, onPlayed, onState);
  }

  constructor(context, rate, onPlayed, onState) {
    this.context = context;
    this.onPlayed = onPlayed;
    this.onState = onState;
    this.session = 0;
    this.#beginClock();
    this.node = new AudioWorkletNode(context, 'playback', {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions: { rate },
    });
    this.node.port.onmessage = ({ data }) => this.#take(data);
    this.node.connect(context.destination);
  }

  // A frame of the protocol: samples as an ArrayBuffer of s16le, which is given away.
  play({ generation, position, samples }) {
    this.node.port.postMessage({ generation, position, samples }, [samples]);
  }

  // Drops at once what is older than `generation`.
  flush(generation) {
    this.node.port.postMessage({ generation });
    this.reportAt = 0;
    this.mustReport = true; // the protocol wants one after each flush, whatever was heard
  }

  // From what is handed to the audio system to what leaves the loudspeaker.
  get latency() {
    const { baseLatency = 0, outputLatency = 0 } = this.context;
    return Math.min(MAX_LATENCY, baseLatency + outputLatency);
  }

  // Falls silent and forgets everything: another session counts its samples and generations anew.
  reset() {
    this.session++;
    this.#beginClock();
    this.node.port.postMessage({ session: this.session });
  }

  #beginClock() {
    this.clock = new PlayedClock();
    this.reported = 0;
    this.reportAt = 0;
    this.mustReport = false;
  }

  #take(state) {
    if (state.session !== this.session) return;
    this.clock.record(state.time, state.position);
    this.onState(state);
    const now = this.context.currentTime;
    if (now < this.reportAt) return;
    const played = Math.max(this.reported, this.clock.at(now - this.latency));
    if (played === this.reported && !this.mustReport) return;
    this.mustReport = false;
    this.reported = played;
    this.reportAt = now + REPORT_INTERVAL;
    this.onPlayed(played);
  }
}
