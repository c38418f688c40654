// Silence around the 16-bit mono WAV files that `voiceagent say` writes.
import { readFileSync, writeFileSync } from 'node:fs';

const HEADER_BYTES = 44;

// Rewrites `file` with so many seconds of silence before and after.
export function pad(file, before, after) {
  const wav = readFileSync(file);
  const chunk = wav.toString('latin1', 36, 40);
  if (chunk !== 'data') throw new Error(`${file}: "${chunk}" where the data should be`);
  const bytesASecond = wav.readUInt32LE(28);
  const silence = (seconds) => Buffer.alloc(2 * Math.round((seconds * bytesASecond) / 2));
  const data = Buffer.concat([silence(before), wav.subarray(HEADER_BYTES), silence(after)]);
  const header = Buffer.from(wav.subarray(0, HEADER_BYTES));
  header.writeUInt32LE(HEADER_BYTES - 8 + data.length, 4);
  header.writeUInt32LE(data.length, 40);
  writeFileSync(file, Buffer.concat([header, data]));
}
