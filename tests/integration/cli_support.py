"""What the tests of the command-line program share: running it, and WAV files of every kind.

The program is named by VOICEAGENT_CLI (default: build/dev/bin/voiceagent).
"""

import json
import os
import struct
import subprocess
import tempfile
import unittest
import wave
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("VOICEAGENT_CLI", str(ROOT / "build/dev/bin/voiceagent"))
# A guard against hangs, not an assertion about speed: sanitizers are slow.
TIMEOUT = 1200


def run(*arguments, stdin="", environment=None, cwd=None):
    """Runs the program and returns its exit code, its output and its messages."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("VOICEAGENT_")}
    clean.update(environment or {})
    data = stdin if isinstance(stdin, bytes) else stdin.encode()
    result = subprocess.run([PROGRAM, *map(str, arguments)], input=data, env=clean, cwd=cwd,
                            capture_output=True, timeout=TIMEOUT, check=False)
    result.stdout = result.stdout.decode()
    result.stderr = result.stderr.decode()
    return result


def providers():
    """What doctor says of the providers: (kind, name) -> finding."""
    report = json.loads(run("doctor", "--json").stdout)
    return {(p["kind"], p["name"]): p for p in report["providers"]}


def needs(*wanted):
    """Skips a test unless these providers, as "kind name", work here."""
    there = {f"{kind} {name}" for (kind, name), p in providers().items() if p["works"]}
    missing = [name for name in wanted if name not in there]
    return unittest.skipIf(missing, f"not here: {', '.join(missing)}")


ENGINES = needs("stt pocketsphinx", "llm intents", "tts flite", "vad webrtc")


class CliTest(unittest.TestCase):
    """A test with a folder of its own, in which the program runs."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="voiceagent-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def path(self, name):
        return self.folder / name

    def run_cli(self, *arguments, **options):
        return run(*arguments, cwd=self.folder, **options)

    def check(self, *arguments, code=0, says=(), **options):
        """Runs the program; checks its exit code and what it says on standard error."""
        result = self.run_cli(*arguments, **options)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, result.stderr)
        return result

    def say(self, *texts, pause_ms=1000, voice="rms", name="caller.wav"):
        """Speech made by the program itself."""
        path = self.path(name)
        self.check("say", *texts, "--pause-ms", pause_ms, "--voice", voice, "--out", path)
        return path

    def file(self, name, content):
        path = self.path(name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path


def wav_bytes(frames, rate=16000, channels=1, bits=16, float_samples=False):
    """A WAV file of `frames`, the bytes of its samples."""
    block = channels * bits // 8
    code = 3 if float_samples else 1
    head = struct.pack("<HHIIHH", code, channels, rate, rate * block, block, bits)
    return (b"RIFF" + struct.pack("<I", 36 + len(frames)) + b"WAVEfmt " +
            struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", len(frames)) + frames)


def read_wav(path):
    """(rate, channels, samples of all channels) of a 16-bit file."""
    with wave.open(str(path)) as file:
        raw = file.readframes(file.getnframes())
        return file.getframerate(), file.getnchannels(), struct.unpack(f"<{len(raw) // 2}h", raw)
