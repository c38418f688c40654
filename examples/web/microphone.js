// The user's voice: asks for the microphone, and gives frames of 20 ms (16 kHz, 16 bit).

const WISHES = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  channelCount: 1,
};

const EXPLANATIONS = {
  NotAllowedError:
    'The microphone is blocked for this page. Allow it in the browser’s site settings (the icon ' +
    'beside the address), then press Talk again.',
  NotFoundError: 'No microphone was found. Connect one, then press Talk again.',
  NotReadableError:
    'The microphone can’t be opened: another program may be using it. Close that one, then press ' +
    'Talk again.',
  SecurityError: 'This browser’s settings don’t let pages use the microphone.',
  AbortError: 'The microphone failed to start. Press Talk to try again.',
};

// What to tell the user about an error of `Microphone.open`.
export function explain(error) {
  if (error.name === 'InsecureContext') return error.message;
  return EXPLANATIONS[error.name] ?? `The microphone can’t be used: ${error.message}`;
}

function mediaDevices() {
  if (navigator.mediaDevices?.getUserMedia) return navigator.mediaDevices;
  const error = new Error(
    'Browsers give the microphone only to pages from https or from this computer itself. Open ' +
      'this page by https, or on http://localhost.',
  );
  error.name = 'InsecureContext';
  throw error;
}

export class Microphone {
  // `onFrame(buffer, level)` gets each frame and its level from 0 to 1; muted ones are silence, so
  // that the server's ear goes on. `onLost()` is told when the microphone goes away by itself.
  static async open(context, { onFrame, onLost }) {
    const stream = await mediaDevices().getUserMedia({ audio: WISHES });
    try {
      await context.audioWorklet.addModule('capture_worklet.js');
      return new Microphone(context, stream, onFrame, onLost);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  constructor(context, stream, onFrame, onLost) {
    this.stream = stream;
    this.source = context.createMediaStreamSource(stream);
    this.capture = new AudioWorkletNode(context, 'capture', {
      numberOfOutputs: 0,
      channelCount: 1,
      channelCountMode: 'explicit',
    });
    this.capture.port.onmessage = ({ data }) => {
      if (this.muted) new Int16Array(data.samples).fill(0);
      onFrame(data.samples, this.muted ? 0 : data.level);
    };
    this.track.onended = onLost;
    this.source.connect(this.capture);
  }

  get track() {
    return this.stream.getAudioTracks()[0];
  }

  get muted() {
    return !this.track.enabled;
  }

  set muted(muted) {
    this.track.enabled = !muted;
  }

  close() {
    this.track.onended = null;
    this.capture.port.onmessage = null;
    this.source.disconnect();
    for (const track of this.stream.getTracks()) track.stop();
  }
}
