#!/usr/bin/env python3
"""How many callers one core of the server carries, and what each costs.

Callers (tests/bench/load, built with -DVOICEAGENT_BUILD_BENCH=ON) talk to the server over WebSockets
at real-time pace: 20 ms of 16 kHz PCM a frame, phases spread evenly. Recogniser, model and
synthesiser follow a script, the detector of voice is the real one. The server has the first core to
itself, the callers the second. In the same run, at the same number of connections, a bare echo
server of libwebsockets on libuv shows what the sockets cost, and the detector alone what it costs.

  load.py build/release/bin [--mode M] [--sessions N] [--seconds S] [--json FILE] [--soak MINUTES]

Listening, the caller speaks for a quarter of the time and is answered in text; talking, the agent
speaks for half of the time. Without --sessions the largest number is searched that keeps the
server's core under 70 %, loses nothing, and delays a frame by at most 5 ms (p99). How a delay is
measured is said in tests/bench/load/caller.h.

What a session holds is the difference between two runs, with all of them and with a quarter: what
the first one brings (threads, tables) is not counted to each.

--soak shows that memory stays flat: callers that listen send audio 8 times as fast as it is
spoken, over real sockets, so that 7.5 minutes are an hour of it (the engine's own timers run in real
time); callers that are talked to can't be made to hear faster, and take their time: an hour of them
is --soak 60 --mode talking.
"""
import argparse
import contextlib
import json
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import sys
import time

SERVER_CORE, CALLER_CORE = "0", "1"
MOST_CPU = 0.70  # of the server's core
MOST_DELAY_MS = 5.0  # p99
PATH = "/api/v1/ws/stream"
SOAK_SPEED = 8  # the generator sends a frame for each caller at a time, and looks each millisecond
SOAK_SESSIONS = 20
RESPONSE_SESSIONS = 10  # so few that they don't meet; each answers ten times a minute


def pinned(core, command):
    return ["taskset", "-c", core, *map(str, command)]


def allow_many_files():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class CallersFailed(Exception):
    """The load generator gave up, for example because it can't keep up itself."""


class Bench:
    def __init__(self, folder, seconds):
        self.folder = pathlib.Path(folder)
        self.seconds = seconds

    @contextlib.contextmanager
    def server(self, name):
        """Runs a server on its core; gives its process, its port and how long it took to start."""
        begin = time.monotonic()
        process = subprocess.Popen(pinned(SERVER_CORE, [self.folder / name]),
                                   stdout=subprocess.PIPE, text=True, preexec_fn=allow_many_files)
        try:
            port = int(process.stdout.readline())
            yield process, port, time.monotonic() - begin
        finally:
            process.kill()
            process.wait()

    def callers(self, mode, *arguments, core=CALLER_CORE, **options):
        command = [self.folder / "voiceagent_load", mode, *arguments]
        command += [f"{name}={value}" for name, value in options.items()]
        done = subprocess.run(pinned(core, command), stdout=subprocess.PIPE, text=True,
                              preexec_fn=allow_many_files)
        if done.returncode != 0:
            how = (f"killed by {signal.Signals(-done.returncode).name}" if done.returncode < 0
                   else f"exit code {done.returncode}")
            raise CallersFailed(f"'{' '.join(map(str, command))}' failed: {how}")
        return json.loads(done.stdout)

    def load(self, mode, sessions, **options):
        """Callers against a fresh server."""
        options.setdefault("seconds", self.seconds)
        name = "voiceagent_load_echo" if mode == "echo" else "voiceagent_load_server"
        with self.server(name) as (process, port, _):
            url = f"ws://127.0.0.1:{port}{'/' if mode == 'echo' else PATH}"
            result = self.callers(mode, url, pid=process.pid, sessions=sessions, **options)
        result["resident_grown_kb"] = result["resident_kb"][-1] - result["resident_before_kb"]
        return result


def is_carried(result):
    return (result["server_cpu_share"] <= MOST_CPU and result["delay_p99_ms"] <= MOST_DELAY_MS
            and result["frames_lost"] == 0 and result["problems"] == 0
            and result["probes_sent"] - result["probes_answered"] <= result["sessions"])


def attempt(bench, mode, sessions):
    """One load of a search; None: more than the callers' own core can do."""
    try:
        result = bench.load(mode, sessions)
    except CallersFailed as failure:
        print(f"  {mode}: {sessions} sessions: {failure}", file=sys.stderr)
        return None
    say_progress(result)
    return result


def search(bench, mode):
    """The largest load that is carried, within a few percent."""
    best, sessions, too_many = None, 300, None
    for _ in range(7):
        result = attempt(bench, mode, sessions)
        if result is not None and is_carried(result):
            best = result if best is None or sessions > best["sessions"] else best
            wanted = int(sessions * min(0.99 * MOST_CPU / result["server_cpu_share"], 2.5))
            if too_many is not None:
                wanted = min(wanted, (sessions + too_many) // 2)
        else:
            too_many = sessions if too_many is None else min(too_many, sessions)
            share = MOST_CPU if result is None else result["server_cpu_share"]
            wanted = int(sessions * min(0.97 * MOST_CPU / share, 0.9))
            if best is not None:
                wanted = max(wanted, (best["sessions"] + too_many) // 2)
        if best is not None and abs(wanted - best["sessions"]) < 0.03 * best["sessions"]:
            break
        sessions = wanted
    return best


def say_progress(result):
    print(f"  {result['mode']}: {result['sessions']} sessions, core at "
          f"{100 * result['server_cpu_share']:.0f} %, delay p99 {result['delay_p99_ms']:.1f} ms, "
          f"lost {result['frames_lost']}, generator late by {result['generator_late_ms']:.0f} ms",
          file=sys.stderr, flush=True)


def add_memory(bench, mode, result):
    """What one session more takes, by a second run with a quarter of them, and what is there once."""
    sessions = result["sessions"]
    few = max(1, sessions // 4)
    if few == sessions:
        return
    fewer = bench.load(mode, few)
    more_kb = result["resident_grown_kb"] - fewer["resident_grown_kb"]
    result["memory_kb_per_session"] = more_kb / (sessions - few)
    result["memory_kb_once"] = (result["resident_grown_kb"]
                                - sessions * result["memory_kb_per_session"])


def compare(bench, mode, sessions):
    """The load, and beside it what the sockets and the detector of voice cost at that number."""
    result = bench.load(mode, sessions) if sessions else search(bench, mode)
    if result is None:
        sys.exit(f"load.py: no load of {mode} callers was carried")
    sessions = result["sessions"]
    echo = bench.load("echo", sessions, warm_up=2)
    detector = bench.callers("detector", core=SERVER_CORE, sessions=sessions)
    result["echo"] = echo
    result["detector_us_per_frame"] = detector["us_per_frame"]
    result["above_us_per_frame"] = (result["server_cpu_us_per_frame"]
                                    - echo["server_cpu_us_per_frame"] - detector["us_per_frame"])
    add_memory(bench, mode, result)
    return result


def responses(bench):
    """End of speech to first audio: by the engine alone, and over a socket."""
    seconds = max(60, bench.seconds)
    engine = bench.callers("engine", core=SERVER_CORE, sessions=RESPONSE_SESSIONS, seconds=seconds)
    server = bench.load("talking", RESPONSE_SESSIONS, seconds=seconds)
    return {"engine": engine, "server": server,
            "above_ms": server["response_p99_ms"] - engine["response_p99_ms"]}


def health(bench):
    """Start to ready, and GET /health a second by wrk."""
    with bench.server("voiceagent_load_server") as (_, port, started):
        result = {"start_ms": 1000 * started, "requests_per_second": None}
        if shutil.which("wrk"):
            text = subprocess.run(pinned(CALLER_CORE, ["wrk", "-t1", "-c64", "-d5s",
                                                       f"http://127.0.0.1:{port}/health"]),
                                  stdout=subprocess.PIPE, text=True).stdout
            found = re.search(r"Requests/sec:\s*([\d.]+)", text)
            result["requests_per_second"] = float(found.group(1)) if found else None
    return result


def soak(bench, modes, minutes):
    """How memory grows: KB per session and hour of audio, by the line that fits best."""
    found = {}
    for mode in modes:
        speed = SOAK_SPEED if mode == "listening" else 1
        result = bench.load(mode, SOAK_SESSIONS, seconds=60 * minutes, speed=speed, warm_up=30)
        hours = minutes / 60 * speed
        memory = result["resident_kb"]
        middle = (len(memory) - 1) / 2
        slope = (sum((i - middle) * kb for i, kb in enumerate(memory))
                 / sum((i - middle) ** 2 for i in range(len(memory))))
        result["audio_hours"] = hours
        result["kb_per_session_and_hour"] = slope * (len(memory) - 1) / hours / SOAK_SESSIONS
        found[mode] = result
    return found


def row(name, value, bound=""):
    print(f"  {name:<46} {value:>12}   {bound}")


def print_load(mode, result):
    echo = result["echo"]
    print(f"\n{mode}: {result['sessions']} sessions, {result['seconds']:.0f} s")
    row("server's core", f"{100 * result['server_cpu_share']:.1f} %", "at most 70 %")
    row("server CPU per 20 ms of a session", f"{result['server_cpu_us_per_frame']:.1f} us")
    row("  bare echo at as many connections", f"{echo['server_cpu_us_per_frame']:.1f} us")
    row("  detector of voice", f"{result['detector_us_per_frame']:.1f} us")
    row("  above both", f"{result['above_us_per_frame']:.1f} us", "at most 5 us")
    row("added delay of a frame, p50 / p99", f"{result['delay_p50_ms']:.2f} / "
        f"{result['delay_p99_ms']:.2f} ms", "p99 at most 5 ms")
    row("  of the echo", f"{echo['delay_p50_ms']:.2f} / {echo['delay_p99_ms']:.2f} ms")
    row("frames sent / received", f"{result['frames_sent']} / {result['frames_received']}")
    row("frames lost, problems", f"{result['frames_lost']}, {result['problems']}", "none")
    if "memory_kb_per_session" in result:
        row("memory for one session more", f"{result['memory_kb_per_session']:.1f} KB",
            "at most 64 KB")
        row("  once, with the first of them", f"{result['memory_kb_once']:.0f} KB")
    row("the generator itself was late by at most", f"{result['generator_late_ms']:.1f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("folder", help="where the programs are, such as build/release/bin")
    parser.add_argument("--sessions", type=int, help="instead of the largest number")
    parser.add_argument("--seconds", type=float, default=20, help="measured in each run")
    parser.add_argument("--mode", choices=["listening", "talking"], help="only this one")
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="watch the memory, only")
    parser.add_argument("--json", type=pathlib.Path, help="all results, as JSON")
    arguments = parser.parse_args()
    bench = Bench(arguments.folder, arguments.seconds)
    modes = [arguments.mode] if arguments.mode else ["listening", "talking"]
    results = {}
    if arguments.soak:
        results = soak(bench, modes, arguments.soak)
        for mode, result in results.items():
            print(f"{mode}: {SOAK_SESSIONS} sessions, {result['audio_hours']:.2f} h of audio each")
            row("memory, first and last", f"{result['resident_kb'][0]} / "
                f"{result['resident_kb'][-1]} KB")
            row("grows by", f"{result['kb_per_session_and_hour']:.1f} KB",
                "a session and hour of audio")
    else:
        for mode in modes:
            results[mode] = compare(bench, mode, arguments.sessions)
            print_load(mode, results[mode])
    if not arguments.soak and not arguments.mode:
        results["responses"] = responses(bench)
        results["health"] = health(bench)
        print("\nalone")
        row("speech's end to first audio, p99: engine alone",
            f"{results['responses']['engine']['response_p99_ms']:.1f} ms")
        row("  over a socket", f"{results['responses']['server']['response_p99_ms']:.1f} ms")
        row("  above", f"{results['responses']['above_ms']:.1f} ms", "at most 2 ms")
        row("start to ready", f"{results['health']['start_ms']:.0f} ms", "under 300 ms")
        rate = results["health"]["requests_per_second"]
        row("GET /health by wrk", f"{rate:.0f} /s" if rate else "no wrk", "at least 10000 /s")
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except CallersFailed as gave_up:
        sys.exit(f"load.py: {gave_up}")
