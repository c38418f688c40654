"""Audio files of all sorts, broken ones too: each gets a clear answer from each command."""

import os
import random
import struct
import unittest

from cli_support import ENGINES, CliTest, wav_bytes

COMMANDS = ("listen", "converse")


def samples(count, make):
    return struct.pack(f"<{count}h", *(make(i) for i in range(count)))


class BrokenFiles(CliTest):
    """What can't be heard is refused before anything is loaded."""

    def refuse(self, path, says):
        for command in COMMANDS:
            with self.subTest(command):
                self.check(command, "--in", path, code=1, says=(str(path), says))

    def test_missing(self):
        self.refuse("absent.wav", "no such file")

    def test_a_folder(self):
        self.refuse(self.folder, "")

    def test_empty(self):
        self.refuse(self.file("empty.wav", b""), "empty")

    def test_not_a_wav_file(self):
        self.refuse(self.file("notes.wav", "These are notes, not sounds. " * 10), "WAV")

    def test_no_samples(self):
        self.refuse(self.file("none.wav", wav_bytes(b"")), "no ")

    def test_truncated(self):
        whole = wav_bytes(bytes(32000))
        self.refuse(self.file("cut.wav", whole[:20]), "damaged")
        self.refuse(self.file("cut.wav", whole[:10000]), "truncated")

    def test_an_impossible_rate(self):
        self.refuse(self.file("slow.wav", wav_bytes(bytes(2000), rate=100)), "100")

    def test_an_output_over_the_input(self):
        path = self.file("call.wav", wav_bytes(bytes(32000)))
        before = path.read_bytes()
        self.check("converse", "--in", path, "--out", path, code=1, says="is the input too")
        self.assertEqual(path.read_bytes(), before)

    def test_outputs_that_cannot_be_written(self):
        path = self.file("caller.wav", wav_bytes(bytes(32000)))
        for option in ("--out", "--events"):
            with self.subTest(option):
                self.check("converse", "--in", path, option, "no/folder/x", code=1,
                           says="no/folder/x")
        self.check("converse", "--in", path, "--out", "x", "--events", "x", code=1, says="x")


@ENGINES
class OddSounds(CliTest):
    """What holds no speech is no failure, but is said."""

    def hear(self, content, says=()):
        path = self.file("odd.wav", content)
        for command in COMMANDS:
            with self.subTest(command):
                self.check(command, "--in", path, says=says)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_disk_is_told(self):
        path = self.file("a.wav", wav_bytes(bytes(2 * 16000)))
        for option in ("--out", "--events"):
            with self.subTest(option):
                self.check("converse", "--in", path, option, "/dev/full", code=1, says="/dev/full")

    def test_silence(self):
        self.hear(wav_bytes(bytes(2 * 16000 * 3)), says=("no speech found", "microphone muted"))

    def test_one_sample(self):
        self.hear(wav_bytes(bytes(2)), says="no speech found")

    def test_noise(self):
        noise = random.Random(1)
        self.hear(wav_bytes(samples(16000 * 3, lambda i: noise.randrange(-8000, 8000))))

    def test_clipped(self):
        self.hear(wav_bytes(samples(16000, lambda i: 32767 if i // 40 % 2 else -32768)),
                  says="clipped")

    def test_eight_channels(self):
        self.hear(wav_bytes(bytes(2 * 8 * 16000), channels=8), says="8 channels were averaged")

    def test_seven_kilohertz_and_ninety_six_in_float(self):
        self.hear(wav_bytes(bytes(2 * 7000), rate=7000), says="no speech found")
        self.hear(wav_bytes(bytes(4 * 96000), rate=96000, bits=32, float_samples=True),
                  says="no speech found")


if __name__ == "__main__":
    unittest.main()
