// Where the user's ear is in the output: what was handed to the audio system is heard later.

const KEPT = 128;

export class PlayedClock {
  constructor() {
    this.points = [];
  }

  // At `time` all samples before `position` had been handed over; times and positions never go back.
  record(time, position) {
    const last = this.points[this.points.length - 1];
    if (last && (time <= last.time || position < last.position)) return;
    this.points.push({ time, position });
    if (this.points.length > KEPT) this.points.shift();
  }

  // How far the output had been heard when the audio system was playing what it was given at `time`.
  at(time) {
    const { points } = this;
    let i = points.length - 1;
    while (i >= 0 && points[i].time > time) i--;
    if (i < 0) return 0;
    const before = points[i];
    const after = points[i + 1];
    if (!after) return before.position;
    const share = (time - before.time) / (after.time - before.time);
    return Math.floor(before.position + share * (after.position - before.position));
  }
}
