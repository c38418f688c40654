// Runs in the page before its own scripts: notes what goes to the loudspeaker, and what the server
// says, each with its time. It doesn't know how the page makes its sound.

export function listenIn() {
  const levels = []; // {at (ms), level (root mean square of the last 6 ms)}
  const messages = []; // {at, ...message}
  const sockets = [];
  window.ear = { levels, messages, sockets };

  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      const analyser = new AnalyserNode(this.context, { fftSize: 256 });
      connect.call(this, analyser);
      const wave = new Float32Array(analyser.fftSize);
      setInterval(() => {
        analyser.getFloatTimeDomainData(wave);
        const power = wave.reduce((sum, sample) => sum + sample * sample, 0) / wave.length;
        levels.push({ at: performance.now(), level: Math.sqrt(power) });
      }, 4);
    }
    return connect.call(this, target, ...rest);
  };

  window.WebSocket = class extends WebSocket {
    constructor(...args) {
      super(...args);
      sockets.push(this);
      this.addEventListener('message', ({ data }) => {
        if (typeof data !== 'string') return;
        messages.push({ at: performance.now(), ...JSON.parse(data) });
      });
    }
  };
}
