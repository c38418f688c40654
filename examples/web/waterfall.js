// The waterfall of a turn: how the time from the user's last word to the agent's first was spent.

// The stages in the order in which one waits for another, by the fields of `metrics`.
export const STAGES = [
  { field: 'endpointing_ms', name: 'End of turn', hint: 'until it was clear that you had finished' },
  { field: 'stt_final_ms', name: 'Words', hint: 'until your words were settled' },
  { field: 'llm_first_token_ms', name: 'Reply', hint: 'until the first text of the reply' },
  { field: 'first_clause_ms', name: 'Clause', hint: 'until there was enough of it to speak' },
  { field: 'tts_first_audio_ms', name: 'Voice', hint: 'until the first audio of the voice' },
  { field: 'response_ms', name: 'Sent', hint: 'until the first frame left the server' },
  { field: 'played_ms', name: 'Heard', hint: 'until your loudspeaker had played it' },
];

// The bars of a turn, each with its begin and end in ms after the user's last word. A stage that
// was reached before the one that it usually waits for was prepared: `early`.
export function layOut(metrics) {
  const bars = [];
  let reached = 0;
  for (const { field, name, hint } of STAGES) {
    const end = metrics[field];
    if (typeof end !== 'number' || end < 0) continue;
    const early = end < reached;
    bars.push({ field, name, hint, begin: early ? end : reached, end, early });
    reached = Math.max(reached, end);
  }
  return { bars, total: reached, response: responseOf(metrics) };
}

// From the user's last word to the agent's voice, in ms; null for a turn without one.
export function responseOf({ played_ms: played, response_ms: sent }) {
  return [played, sent].find((ms) => typeof ms === 'number' && ms >= 0) ?? null;
}

// A round number of ms that is at least `longest`, for the end of the time axis.
export function axisEnd(longest) {
  const steps = [100, 150, 200, 300, 400, 500, 600, 800, 1000];
  let scale = 1;
  while (longest > steps.at(-1) * scale) scale *= 10;
  return steps.find((step) => step * scale >= longest) * scale;
}

export function median(values) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function formatMs(ms) {
  if (ms === null) return '–';
  return ms < 9999.5 ? `${Math.round(ms).toLocaleString('en')} ms` : `${(ms / 1000).toFixed(1)} s`;
}
