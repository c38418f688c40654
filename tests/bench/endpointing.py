#!/usr/bin/env python3
"""Response against cuts: how long callers wait for an answer, and how often they are cut off.

  endpointing.py build/release/bin/voiceagent [AUDIO_FOLDER] [--png curve.png] [--cache FOLDER]
                 [--jobs N] [--virtual] [--first N]

Each human recording of AUDIO_FOLDER (or VOICEAGENT_TEST_AUDIO; see its manifest.json) is a caller of
`voiceagent converse --realtime`: with fixed hangovers, and with the adaptive rule as it comes and
with other shortest silences. Response: from the end of an utterance's last speech segment to the
first audible sample of the reply, over utterances that were not cut. Cut: a turn ended, or was
dropped, between an utterance's first words and its end. At the end: whether the shortest silence would
be chosen without any one origin of the recordings, too.

Left out: digit strings joined from single recordings, and one word in loud noise (gcp_quit).
--virtual runs in simulated time, which leaves out the processor's. --cache keeps each conversation's
outcome in a file: a run that was stopped goes on where it was; other programs, audio or settings
don't find what these left. --first takes the N shortest recordings, to try the script out.
"""
import argparse
import array
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import wave

FIXED = [200, 300, 400, 500, 700, 1000]
ADAPTIVE = [None, 120, 300, 500, 1000]  # endpointing_min_ms; None: as it comes
AUDIBLE = 300
ASKED_MEDIAN = 400  # ms
MEASURED_BY_EAR = 0.02  # seconds: the manifest's segments are good to about so much


def left_out(file):
    if "joined with" in (file.get("note") or ""):
        return "single digits joined"
    return "one word in loud noise" if file["file"] == "gcp_quit.wav" else None


def utterances(file):
    """(start, end of the first segment, end) of each."""
    turns = file.get("turns") or [{"start": file["speech_segments"][0][0],
                                   "end": file["speech_segments"][-1][1]}]
    result = []
    for turn in turns:
        inside = [s for s in file["speech_segments"]
                  if s[0] >= turn["start"] - MEASURED_BY_EAR and s[1] <= turn["end"] + MEASURED_BY_EAR]
        result.append((turn["start"], inside[0][1], turn["end"]))
    return result


def agent_side(path):
    """Times of the agent's audible 10 ms."""
    with wave.open(str(path)) as w:
        samples = array.array("h", w.readframes(w.getnframes()))[1::2]
        step = w.getframerate() // 100
    return [i / step / 100 for i in range(0, len(samples), step)
            if max(map(abs, samples[i : i + step])) > AUDIBLE]


def converse(options, folder, file, config):
    """What became of each utterance of a recording: from the cache, or by a conversation."""
    kept = None
    if options.cache:
        wav = options.audio / file["file"]
        what = [options.program_hash, config.read_text(), hashlib.sha256(wav.read_bytes()).hexdigest(),
                options.virtual]
        name = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:24]
        kept = options.cache / f"{config.stem}_{file['file'][:-4]}_{name}.json"
        if kept.exists():
            return json.loads(kept.read_text())
    answers = converse_now(options, folder, file, config)
    if kept:
        half = kept.with_suffix(".part")
        half.write_text(json.dumps(answers))
        half.rename(kept)
    return answers


def converse_now(options, folder, file, config):
    stem = pathlib.Path(folder) / f"{config.stem}_{file['file'][:-4]}"
    command = [options.voiceagent, "converse", "--in", options.audio / file["file"], "--config",
               config, "--out", f"{stem}.wav", "--events", f"{stem}.jsonl", "--json"]
    command += [] if options.virtual else ["--realtime"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{file['file']}: {done.stderr.strip()}")
    with open(f"{stem}.jsonl", encoding="utf-8") as lines:
        events = [json.loads(line) for line in lines]
    audible = agent_side(f"{stem}.wav")
    ended = [e["t_ms"] / 1e3 for e in events if e["type"] in ("turn_ended", "turn_dropped")]
    answers = []
    spoken = utterances(file)
    for i, (start, first_end, end) in enumerate(spoken):
        following = spoken[i + 1][0] if i + 1 < len(spoken) else float("inf")
        cut = any(first_end - MEASURED_BY_EAR < t < end - MEASURED_BY_EAR for t in ended)
        first = next((t for t in audible if end <= t < following), None)
        answers.append({"file": file["file"], "start": start, "origin": file["origin"], "cut": cut,
                        "response": None if first is None else 1e3 * (first - end)})
    return answers


def percentile(values, p):
    values = sorted(values)
    at = p / 100 * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (at - low) * (values[high] - values[low])


def summary(answers):
    kept = [a["response"] for a in answers if not a["cut"] and a["response"] is not None]
    cuts = sum(a["cut"] for a in answers)
    return {"n": len(answers), "cuts": cuts, "cut": 100 * cuts / len(answers),
            "median": statistics.median(kept), "p90": percentile(kept, 90),
            "unanswered": sum(not a["cut"] and a["response"] is None for a in answers)}


def measure(options, folder, name, settings):
    config = pathlib.Path(folder) / f"{name.replace(' ', '_')}.toml"
    turn = [f"{key} = {value}" for key, value in settings.items()]
    config.write_text("\n".join(["[turn]"] + turn) + "\n")
    answers = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for some in pool.map(lambda f: converse(options, folder, f, config), options.files):
            answers += some
    result = {"name": name, "answers": answers} | summary(answers)
    print(f"{name:26} {result['median']:7.0f} {result['p90']:7.0f} {result['cuts']:5} "
          f"{result['cut']:6.1f} % {result['unanswered']:6}", flush=True)
    if options.verbose:
        for a in answers:
            response = "   none" if a["response"] is None else f"{a['response']:7.0f}"
            print(f"    {a['file']:28} {a['start']:6.2f} {response} {'cut' if a['cut'] else ''}")
    return result


def cuts_at(curve, median):
    """Cuts of a curve at a median, between its points; None beyond them."""
    curve = sorted(curve, key=lambda r: r["median"])
    for a, b in zip(curve, curve[1:]):
        if a["median"] <= median <= b["median"]:
            share = (median - a["median"]) / max(b["median"] - a["median"], 1e-9)
            return a["cut"] + share * (b["cut"] - a["cut"])
    return None


def compare(fixed, adaptive):
    """The rules at equal medians: those of each curve's points, the other between its own."""
    print("\ncuts at equal medians, one rule between its points:")
    points = [(r["median"], r["cut"], cuts_at(adaptive, r["median"])) for r in fixed]
    points += [(r["median"], cuts_at(fixed, r["median"]), r["cut"]) for r in adaptive]
    both = sorted(p for p in points if p[1] is not None and p[2] is not None)
    for median, by_fixed, by_adaptive in both:
        fewer = 100 * (1 - by_adaptive / by_fixed) if by_fixed else 0
        print(f"  {median:5.0f} ms: fixed {by_fixed:4.1f} %, adaptive {by_adaptive:4.1f} % "
              f"({fewer:.0f} % fewer)")
    beyond = [m for m, by_fixed, by_adaptive in points if by_fixed is None or by_adaptive is None]
    if beyond:
        print("  beyond one of the curves: " + ", ".join(f"{m:.0f} ms" for m in sorted(beyond)))
    worse = [m for m, by_fixed, by_adaptive in both if by_adaptive > by_fixed + 1e-9]
    quarter = [m for m, by_fixed, by_adaptive in both if by_fixed and by_adaptive <= 0.75 * by_fixed]
    print("the adaptive rule cuts no more than a fixed hangover at any equal median: "
          + ("yes" if both and not worse else "NO " + ", ".join(f"{m:.0f} ms" for m in worse)))
    print(f"at least 25 % less at {len(quarter)} of {len(both)}: "
          + ("yes" if len(quarter) >= 2 else "NO, two are asked for"))


def leave_one_out(adaptive):
    """Each origin with the setting that the other origins would choose without it."""
    def without(origin, result):
        others = summary([a for a in result["answers"] if a["origin"] != origin])
        return others["median"] > ASKED_MEDIAN, others["cuts"], others["median"]

    origins = sorted({a["origin"] for a in adaptive[0]["answers"]})
    if len(origins) < 2:
        return
    answers, chosen = [], []
    for origin in origins:
        best = min(adaptive, key=functools.partial(without, origin))
        chosen.append(best["name"])
        answers += [a for a in best["answers"] if a["origin"] == origin]
    result = summary(answers)
    print(f"\nfewest cuts at a median of {ASKED_MEDIAN} ms or less, chosen without each origin and "
          f"tested on it:\n  {result['cuts']} of {result['n']} cut, median {result['median']:.0f} ms, "
          f"p90 {result['p90']:.0f} ms ("
          + ", ".join(f"{name}: {chosen.count(name)} origins" for name in sorted(set(chosen))) + ")")


def draw(path, fixed, adaptive, count):
    try:
        import matplotlib
    except ImportError:
        print("skipped: the picture (Debian: python3-matplotlib)")
        return
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(figsize=(7, 4.5))
    for curve, label, style in ((fixed, "fixed hangover", "o--"), (adaptive, "adaptive", "s-")):
        curve = sorted(curve, key=lambda r: r["median"])
        axes.plot([r["median"] for r in curve], [r["cut"] for r in curve], style, label=label)
        for r in curve:
            axes.annotate(r["name"].split(" ", 1)[1], (r["median"], r["cut"]), fontsize=7,
                          xytext=(4, 4), textcoords="offset points")
    axes.set_xlabel("response, median, ms")
    axes.set_ylabel("utterances cut, %")
    axes.set_ylim(bottom=0)
    axes.set_title(f"{count} utterances of human speech")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=130)
    print(f"{path} written")


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("voiceagent", help="the program voiceagent, a release build")
    parser.add_argument("audio", nargs="?", help="folder of recordings")
    parser.add_argument("--png", help="draw response against cuts")
    parser.add_argument("--jobs", type=int, default=4, help="conversations at a time")
    parser.add_argument("--cache", type=pathlib.Path, help="folder for what is known already")
    parser.add_argument("--first", type=int, help="only so many, the shortest recordings")
    parser.add_argument("--only", action="append", choices=["fixed", "adaptive", "default"])
    parser.add_argument("--virtual", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    options.program_hash = hashlib.sha256(pathlib.Path(options.voiceagent).read_bytes()).hexdigest()
    if options.cache:
        options.cache.mkdir(parents=True, exist_ok=True)
    folder = options.audio or os.environ.get("VOICEAGENT_TEST_AUDIO")
    options.audio = pathlib.Path(folder) if folder else (
        pathlib.Path(__file__).resolve().parents[2] / ".." / "shared" / "audio" / "dev")
    return options


def recordings(options):
    """Those of the manifest that count, the longest first; None when there is no manifest."""
    if not (options.audio / "manifest.json").exists():
        print(f"skipped: no recordings ({options.audio}/manifest.json isn't there)")
        return None
    files = json.loads((options.audio / "manifest.json").read_text())["files"]
    for file in files:
        if left_out(file):
            print(f"skipped: {file['file']} ({left_out(file)})")
    kept = sorted((f for f in files if not left_out(f)), key=lambda f: -f["seconds"])
    return kept[-options.first :] if options.first else kept


def measure_all(options):
    """The points of the fixed and of the adaptive rule, as far as they are wanted."""
    wanted = options.only or ["fixed", "adaptive"]
    fixed, adaptive = [], []
    print(f"\n{'simulated' if options.virtual else 'real time':26}  median     p90  cuts          "
          "no answer")
    with tempfile.TemporaryDirectory() as folder:
        for ms in FIXED if "fixed" in wanted else []:
            fixed.append(measure(options, folder, f"fixed {ms}",
                                 {"endpointing_min_ms": ms, "endpointing_max_ms": ms}))
        mins = ADAPTIVE if "adaptive" in wanted else [None] if "default" in wanted else []
        for ms in mins:
            name = "adaptive default" if ms is None else f"adaptive {ms}"
            adaptive.append(measure(options, folder, name,
                                    {} if ms is None else {"endpointing_min_ms": ms}))
    return fixed, adaptive


def main():
    options = parse_options()
    options.files = recordings(options)
    if options.files is None:
        return
    fixed, adaptive = measure_all(options)
    if fixed and len(adaptive) > 1:
        compare(fixed, adaptive)
    if len(adaptive) > 1:
        leave_one_out(adaptive)
    if options.png and (fixed or adaptive):
        draw(options.png, fixed, adaptive, (fixed + adaptive)[0]["n"])


if __name__ == "__main__":
    main()
