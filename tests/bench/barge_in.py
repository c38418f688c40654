#!/usr/bin/env python3
"""How fast the agent yields to a caller, and how seldom to anything else.

Human recordings, coughs, back-channels and noise are played into a running reply by
voiceagent_room (tests/bench/room, built with -DVOICEAGENT_BUILD_BENCH=ON), with real engines in
virtual time (--realtime: in real time): all delays but the processor's are there.

  barge_in.py build/release/bin/voiceagent_room [AUDIO_FOLDER] [--realtime] [--jobs N]

AUDIO_FOLDER (or VOICEAGENT_TEST_AUDIO) holds recordings with a manifest.json; without it the
recordings are skipped, and said so. --set section.key=value changes the agent's configuration.
--only and --echo pick from what is measured; --minutes says how much of each disturbance is.

An agent that was cut off by a disturbance goes on with another long reply, so that a rate is one of
all the minutes in which it spoke.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import wave

try:
    import numpy as np
except ImportError:
    sys.exit("barge_in.py needs numpy (Debian: python3-numpy)")

RATE = 16000
LEAD = 3.0  # seconds of the reply before the caller begins
SPEECH_DB = -26.0  # full scale: of stimuli that are no recordings of the caller's
MINUTE = 60.0
KINDS = ["interruptions", "coughs", "back-channels", "noise"]
REPLY = (
    "The library stands at the end of the long street beside the river. It was built of grey "
    "stone more than a hundred years ago, and people still like to read in its tall rooms. In the "
    "morning the light comes through the eastern windows, and in the evening the lamps are lit one "
    "after another. On the first floor there are maps and old letters, on the second floor there "
    "are stories for children, and under the roof somebody has put a telescope. "
)
REPLIES = {  # whatever is said, the answer is long
    "version": 1,
    "intents": [{"name": "never", "sentences": ["abracadabra"], "replies": ["Open."]}],
    "did_not_understand": [REPLY * 6],
}
FLITE_BACK_CHANNELS = ["uh huh", "yeah", "okay", "right", "I see"]


def read_wav(path):
    with wave.open(str(path)) as w:
        if (w.getframerate(), w.getnchannels(), w.getsampwidth()) != (RATE, 1, 2):
            raise ValueError(f"{path}: 16 kHz mono 16-bit is needed")
        return np.frombuffer(w.readframes(w.getnframes()), np.int16).astype(float)


def write_wav(path, x):
    with wave.open(str(path), "wb") as w:
        w.setparams((1, 2, RATE, 0, "NONE", ""))
        w.writeframes(np.clip(x, -32768, 32767).astype("<i2").tobytes())


def db(x):
    return 10 * np.log10(np.mean(np.square(x)) / 32768.0**2 + 1e-12)


def at_level(x, level):
    return x * 10 ** ((level - db(x)) / 20)


def quiet(seconds, rng):
    """A room's silence: nobody's microphone gives zeros."""
    return rng.normal(0, 32768 * 10 ** (-72 / 20), int(seconds * RATE))


def mix(base, x, at):
    begin = int(at * RATE)
    base[begin : begin + len(x)] += x[: len(base) - begin]


def pink(count, rng):
    spectrum = np.fft.rfft(rng.normal(0, 1, count))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    return np.fft.irfft(spectrum, count)


def cough(rng):
    """A burst, a noisy middle, now and then a voiced end: about 350 ms, most below 4 kHz."""
    length = rng.uniform(0.25, 0.45)
    t = np.arange(int(length * RATE)) / RATE
    noise = np.convolve(rng.normal(0, 1, len(t)), np.ones(3) / 3, "same")
    envelope = np.exp(-t / 0.04) + 0.45 * np.exp(-(((t - 0.14) / 0.07) ** 2))
    pitch = rng.uniform(110, 220)
    voiced = np.sign(np.sin(2 * np.pi * pitch * t)) * np.exp(-(((t - 0.8 * length) / 0.05) ** 2))
    x = noise * envelope + rng.choice([0.0, 0.35]) * voiced
    return x * np.minimum(1, t / 0.005) * np.minimum(1, (length - t) / 0.02)


def hum(rng):
    """"mm-hm": two hums, the second a little higher, with a breath between."""
    pitch = rng.uniform(100, 220)
    parts = []
    for factor, length in ((1.0, 0.16), (1.15, 0.2)):
        t = np.arange(int(length * RATE)) / RATE
        x = sum(np.sin(2 * np.pi * k * factor * pitch * t) / k**2 for k in range(1, 6))
        parts += [x * np.sin(np.pi * t / length) ** 0.5, np.zeros(int(0.04 * RATE))]
    return np.concatenate(parts[:-1])


def flite(text, voice, folder):
    path = pathlib.Path(folder) / f"{voice}_{text.replace(' ', '_')}.wav"
    done = subprocess.run(["flite", "-voice", voice, "-t", text, "-o", path], capture_output=True)
    if done.returncode != 0:
        raise RuntimeError("flite: " + done.stderr.decode())
    with wave.open(str(path)) as w:
        x = np.frombuffer(w.readframes(w.getnframes()), np.int16).astype(float)
        rate = w.getframerate()
    if rate != RATE:
        x = np.interp(np.arange(0, len(x), rate / RATE), np.arange(len(x)), x)
    loud = np.nonzero(np.abs(x) > 300)[0]
    return x[loud[0] : loud[-1]] if len(loud) else x


class Bench:
    def __init__(self, options, folder):
        self.options = options
        self.folder = pathlib.Path(folder)
        self.count = 0
        self.config = self.folder / "agent.toml"
        replies = self.folder / "replies.json"
        replies.write_text(json.dumps(REPLIES))
        self.config.write_text(config_text(options.set, replies))

    def run(self, caller, echo):
        """Plays `caller` into a reply; returns the events and the agent's samples as played."""
        self.count += 1
        stem = self.folder / f"call{self.count}"
        write_wav(f"{stem}.wav", caller)
        command = [self.options.room, f"{stem}.wav", self.config, f"{stem}.out.wav"]
        command += [str(echo)] + (["realtime"] if self.options.realtime else [])
        done = subprocess.run(command, capture_output=True, text=True, timeout=1200)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
        events = [json.loads(line) for line in done.stdout.splitlines()]
        played = read_wav(f"{stem}.out.wav")
        for end in (".wav", ".out.wav"):
            os.unlink(f"{stem}{end}")
        return events, played

    def all(self, cases):
        """cases: (name, caller, ...) with echo second to last; in parallel."""
        with concurrent.futures.ThreadPoolExecutor(self.options.jobs) as pool:
            return list(pool.map(lambda c: self.run(c[1], c[2]), cases))


def config_text(settings, replies):
    """The agent, with section.key=value changes; the reply is its greeting."""
    sections = {"agent": {"greeting": json.dumps(REPLY * 6)},
                "llm": {"file": json.dumps(str(replies))}}
    for setting in settings:
        name, _, value = setting.partition("=")
        section, _, key = name.rpartition(".")
        sections.setdefault(section, {})[key] = value
    lines = []
    for section, keys in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {value}" for key, value in keys.items()]
    return "\n".join(lines) + "\n"


def first(events, kind, after=0.0):
    return next((e for e in events if e["type"] == kind and e["t_ms"] / 1e3 >= after), None)


def barge_ins(bench, audio, echo, rng):
    cases = []
    for f in audio["files"]:
        if "turns" in f or f["file"] == "gcp_quit.wav":  # one word in loud steady noise
            continue
        x = read_wav(audio["folder"] / f["file"])
        caller = quiet(LEAD + len(x) / RATE + 1.0, rng)
        mix(caller, x, LEAD)
        cases.append((f["file"], caller, echo, LEAD + f["speech_segments"][0][0]))
    delays, late_frames, missed = [], [], []
    for (name, _, _, onset), (events, played) in zip(cases, bench.all(cases)):
        cut = first(events, "interrupted")
        if cut is None:
            missed.append(name)
            continue
        decided = cut["t_ms"] / 1e3
        if decided < onset:
            missed.append(name + " (cut before it spoke)")
            continue
        answer = first(events, "reply_started", decided)
        until = min(answer["t_ms"] / 1e3 if answer else 1e9, decided + 0.2)
        late_frames.append(sum(e["type"] == "audio_out" and decided < e["t_ms"] / 1e3 < until
                               for e in events))
        heard = np.nonzero(played[: int(min(decided + 0.1, until) * RATE)])[0]
        delays.append(1e3 * (heard[-1] / RATE - onset))
        if bench.options.verbose:
            print(f"    {name:28} {delays[-1]:6.0f} ms, decided {1e3 * (decided - onset):6.0f} ms")
    return delays, late_frames, missed


def disturbances(bench, cases):
    """Agent speech in minutes, false interruptions, holds and their seconds, of cases whose caller
    never says anything."""
    spoken = cuts = holds = held = 0
    for case, (events, played) in zip(cases, bench.all(cases)):
        since, words = None, []
        for e in events:
            t = e["t_ms"] / 1e3
            kind = e["type"]
            if kind == "speech_started":
                words = []
            if kind in ("transcript_partial", "transcript_final"):
                words.append(e["text"])
            if kind == "playback_paused":
                since, holds = t, holds + 1
            if kind in ("playback_resumed", "interrupted") and since is not None:
                held, since = held + t - since, None
            if kind == "interrupted":
                cuts += 1
                if bench.options.verbose:
                    print(f"    {case[0]}: cut at {t:.2f} s, {words}")
        spoken += np.count_nonzero(np.abs(played) > 0) / RATE
    return spoken / 60, cuts, holds, held


def scattered(sounds, rng, gap=(3.0, 6.0)):
    caller = quiet(MINUTE, rng)
    at = LEAD
    while at < MINUTE - 3:
        mix(caller, sounds(), at)
        at += rng.uniform(*gap)
    return caller


def disturbance_kinds(options, folder, rng):
    """(what, [callers])"""
    kinds = []
    minutes = range(options.minutes)
    if "coughs" in options.only:
        kinds.append(("coughs", [
            scattered(lambda: at_level(cough(rng), SPEECH_DB + rng.uniform(-3, 6)), rng)
            for _ in minutes]))
    if "back-channels" in options.only:
        try:
            voices = [flite(text, voice, folder)
                      for voice in ("slt", "awb", "kal") for text in FLITE_BACK_CHANNELS]
            voices += [hum(rng) for _ in range(3)]
            kinds.append(("back-channels", [
                scattered(lambda: at_level(voices[rng.integers(len(voices))], SPEECH_DB), rng,
                          (5.0, 9.0))
                for _ in minutes]))
        except (OSError, RuntimeError) as why:
            print(f"skipped: back-channels ({why})")
    if "noise" in options.only:
        for what, noise in (("white noise, 10 dB below speech",
                             lambda: rng.normal(0, 1, int(MINUTE * RATE))),
                            ("pink noise, 10 dB below speech",
                             lambda: pink(int(MINUTE * RATE), rng))):
            kinds.append((what, [at_level(noise(), SPEECH_DB - 10) for _ in minutes]))
    return kinds


def find_audio(folder):
    folder = folder or os.environ.get("VOICEAGENT_TEST_AUDIO")
    folder = pathlib.Path(folder) if folder else (
        pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "audio" / "dev")
    if not (folder / "manifest.json").exists():
        print(f"skipped: the recordings ({folder}/manifest.json isn't there)")
        return None
    return {"folder": folder, **json.loads((folder / "manifest.json").read_text())}


def upper_bound(count, minutes):
    """Of a rate a minute, one-sided, 95 % (Poisson: by bisection)."""
    low, high = 0.0, 3.0 * count + 10.0
    for _ in range(60):
        mean = (low + high) / 2
        term = total = np.exp(-mean)
        for k in range(1, count + 1):
            term *= mean / k
            total += term
        low, high = (mean, high) if total > 0.05 else (low, mean)
    return high / minutes


def report_disturbances(bench, echo, folder):
    for what, callers in disturbance_kinds(bench.options, folder, np.random.default_rng(2)):
        cases = [(what, caller, echo) for caller in callers]
        minutes, cuts, holds, held = disturbances(bench, cases)
        print(f"  {what}: {cuts} false interruptions in {minutes:.1f} min of speech "
              f"({cuts / minutes:.2f} a minute, by 95 % at most {upper_bound(cuts, minutes):.2f}); "
              f"{holds / minutes:.1f} pauses a minute, {held / max(holds, 1) * 1e3:.0f} ms each",
              flush=True)


def report_barge_ins(bench, audio, echo):
    delays, late, missed = barge_ins(bench, audio, echo, np.random.default_rng(1))
    n = len(delays)
    if n:
        print(f"  interruptions: {n} of {n + len(missed)}; onset to the last sample heard: "
              f"median {statistics.median(delays):.0f} ms, "
              f"p95 {np.percentile(delays, 95):.0f} ms, max {max(delays):.0f} ms; "
              f"frames after the decision: at most {max(late)}", flush=True)
    if missed:
        print("  not interrupted: " + ", ".join(missed))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("room", help="the program voiceagent_room")
    parser.add_argument("audio", nargs="?", help="folder of recordings")
    parser.add_argument("--realtime", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=int, default=20, help="of each disturbance")
    parser.add_argument("--only", action="append", choices=KINDS)
    parser.add_argument("--echo", action="append", choices=["none", "-20"])
    parser.add_argument("--set", action="append", default=[], metavar="section.key=value")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    options.only = options.only or KINDS
    kind = "real time" if options.realtime else "simulated: without processor time"
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options, folder)
        audio = find_audio(options.audio) if "interruptions" in options.only else None
        for echo in options.echo or ["none", "-20"]:
            print("no echo" if echo == "none" else f"echo at {echo} dB", f"({kind})")
            if audio:
                report_barge_ins(bench, audio, echo)
            report_disturbances(bench, echo, folder)


if __name__ == "__main__":
    main()
