"""voiceagent listen: words from a file, known as a whole or heard as it is spoken."""

import json
import os
import struct
import unittest
from pathlib import Path

from cli_support import ENGINES, ROOT, CliTest, read_wav, wav_bytes

AUDIO = Path(os.environ.get("VOICEAGENT_TEST_AUDIO", ROOT.parent / "shared/audio/dev"))


def words_of(text):
    return [word.strip(".,?!").lower() for word in text.split()]


def errors(reference, heard):
    """How many words must be changed, added or left out."""
    row = list(range(len(heard) + 1))
    for i, word in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


@ENGINES
class Listen(CliTest):
    TEXT = "The house is on the left. What time is it now? Go forward ten meters."

    def listen(self, path, *flags):
        return json.loads(self.check("listen", "--in", path, "--json", *flags).stdout)

    def check_words(self, report, length):
        self.assertEqual([w["word"] for w in report["words"]], report["text"].split())
        end = 0
        for word in report["words"]:
            self.assertLessEqual(end, word["start_ms"])
            self.assertLess(word["start_ms"], word["end_ms"])
            self.assertTrue(0 <= word["confidence"] <= 1)
            end = word["end_ms"]
        self.assertLessEqual(end, length * 1000 + 100)

    def test_clear_speech_is_understood_both_ways(self):
        path = self.say(*self.TEXT.split(". "), pause_ms=700)
        reference = words_of(self.TEXT)
        for flags in ((), ("--stream",)):
            with self.subTest(flags):
                report = self.listen(path, *flags)
                self.assertLessEqual(errors(reference, words_of(report["text"])), 5, report["text"])
                self.check_words(report, report["audio_seconds"])
                self.assertGreater(report["cpu_seconds"], 0)

    def test_text_for_people_is_the_words_alone(self):
        path = self.say("Go forward ten meters.")
        text = self.check("listen", "--in", path).stdout
        self.assertEqual(words_of(text), words_of(self.listen(path)["text"]))

    def test_a_file_longer_than_a_piece_is_heard_to_its_end(self):
        path = self.say(*["Go forward ten meters."] * 14, pause_ms=900)
        report = self.listen(path)
        self.assertGreater(report["audio_seconds"], 31)
        heard = words_of(report["text"])
        self.assertGreaterEqual(heard.count("forward"), 12, report["text"])
        self.check_words(report, report["audio_seconds"])
        self.assertGreater(report["words"][-1]["end_ms"], 1000 * (report["audio_seconds"] - 3))

    def test_other_rates_channels_and_sample_formats_are_understood(self):
        rate, _, samples = read_wav(self.say("Go forward ten meters."))
        double = [s for sample in samples for s in (sample, sample)]
        half = [s / 32768 for s in samples]
        files = {
            "eight channels": wav_bytes(
                b"".join(struct.pack("<h", s) * 8 for s in samples), rate, channels=8),
            "double rate": wav_bytes(struct.pack(f"<{len(double)}h", *double), 2 * rate),
            "float": wav_bytes(struct.pack(f"<{len(half)}f", *half), rate, bits=32,
                               float_samples=True),
        }
        for name, content in files.items():
            with self.subTest(name):
                report = self.listen(self.file("other.wav", content))
                self.assertIn("forward", report["text"])
                self.assertEqual(any("channels" in n for n in report["notes"]),
                                 name == "eight channels")

    @unittest.skipUnless(AUDIO.is_dir(), f"no recordings in {AUDIO}")
    def test_human_speech_is_mostly_understood(self):
        for name, transcript in (("goforward.wav", "go forward ten meters"),
                                 ("austen_0880.wav", "he was not an ill disposed young man")):
            with self.subTest(name):
                report = self.listen(AUDIO / name)
                reference = words_of(transcript)
                self.assertLess(errors(reference, words_of(report["text"])), len(reference) // 2)


if __name__ == "__main__":
    unittest.main()
