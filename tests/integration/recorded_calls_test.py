#!/usr/bin/python3
"""Whole calls with the real engines, played from recordings of human speech.

The recordings lie with their manifest.json in the folder that VOICEAGENT_TEST_AUDIO names (default:
../shared/audio/dev beside the project); without them the tests say so and are skipped.
"""
import array
import json
import os
import tempfile
import unittest
import wave
from pathlib import Path

from cli_support import ENGINES, ROOT, run

AUDIO = Path(os.environ.get("VOICEAGENT_TEST_AUDIO", ROOT.parent / "shared/audio/dev"))
RECORDINGS = unittest.skipUnless((AUDIO / "manifest.json").exists(), f"no recordings in {AUDIO}")
SILENCE = 300  # of 32767: below this the agent is silent
FRAME_MS = 20
# A word, and that words at the end of an utterance are drawn out.
WORD_MS = 500
PAUSE_MS = 250
LONG_REPLY = (
    "I heard you {n}, and I have a long story to tell about it. Once upon a time there was a little "
    "house at the edge of a forest, and in the house there lived an old woman with her grey cat. Every "
    "morning they walked down to the river together and looked at the boats that went by."
)


def manifest(name):
    files = json.loads((AUDIO / "manifest.json").read_text(encoding="utf-8"))["files"]
    return next(f for f in files if f["file"] == name)


class Call:
    """One run of `voiceagent converse`: the summary, the events, and the agent's channel."""

    def __init__(self, recording, intents, voice="kal16"):
        with tempfile.TemporaryDirectory(prefix="voiceagent-call-") as folder:
            self.make(Path(folder), recording, intents, voice)

    def make(self, folder, recording, intents, voice):
        (folder / "intents.json").write_text(json.dumps(intents), encoding="utf-8")
        (folder / "agent.toml").write_text(
            f'[agent]\nvoice = "{voice}"\n\n[llm]\nprovider = "intents"\nfile = "intents.json"\n',
            encoding="utf-8")
        result = run("converse", "--in", AUDIO / recording, "--config", folder / "agent.toml",
                     "--out", folder / "call.wav", "--events", folder / "events.jsonl", "--json")
        if result.returncode != 0:
            raise AssertionError("converse failed: " + result.stderr)
        self.turns = json.loads(result.stdout)["turns"]
        lines = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
        self.events = [json.loads(line) for line in lines]
        with wave.open(str(folder / "call.wav")) as file:
            assert file.getnchannels() == 2
            self.rate = file.getframerate()
            self.agent = array.array("h", file.readframes(file.getnframes()))[1::2]

    def of(self, kind, turn=None):
        return [e for e in self.events
                if e["type"] == kind and (turn is None or e["turn"] == turn)]

    def agent_level(self, begin_ms, end_ms):
        samples = self.agent[int(begin_ms * self.rate / 1000):int(end_ms * self.rate / 1000)]
        return max((abs(s) for s in samples), default=0)

    def agent_speech_ms(self, begin_ms, end_ms):
        """From the first to the last audible sample between two times."""
        first = int(begin_ms * self.rate / 1000)
        loud = [i for i, s in enumerate(self.agent[first:int(end_ms * self.rate / 1000)])
                if abs(s) > SILENCE]
        return (loud[-1] - loud[0]) * 1000 / self.rate if loud else 0


def spoken_ms(text, voice="kal16"):
    """How long the synthesiser speaks a text, from the first to the last audible sample."""
    with tempfile.TemporaryDirectory(prefix="voiceagent-say-") as folder:
        out = Path(folder) / "say.wav"
        result = run("say", text, "--voice", voice, "--out", out)
        if result.returncode != 0:
            raise AssertionError("say failed: " + result.stderr)
        with wave.open(str(out)) as file:
            rate = file.getframerate()
            samples = array.array("h", file.readframes(file.getnframes()))
    loud = [i for i, s in enumerate(samples) if abs(s) > SILENCE]
    return (loud[-1] - loud[0]) * 1000 / rate


@RECORDINGS
@ENGINES
class Dialogue(unittest.TestCase):
    """Six turns, six seconds apart, six intents."""

    # The sentences as the recogniser may hear them; matching is tolerant.
    INTENTS = {
        "weather": ("what's the weather like", "The weather is fine."),
        "child": ("the child almost hurt the small dog", "The poor dog."),
        "forward": ("go forward ten meters", "Going forward."),
        "bridge": ("how old is the brooklyn bridge", "It was opened in eighteen eighty three."),
        "air": ("at that high level the air is pure", "The mountains are lovely."),
        "cards": ("eight of spades four of clubs seven of hearts", "Three cards are on the table."),
    }

    @classmethod
    def setUpClass(cls):
        cls.call = Call("dialogue_1.wav", {
            "version": 1,
            "intents": [{"name": name, "sentences": [sentence], "replies": [reply]}
                        for name, (sentence, reply) in cls.INTENTS.items()],
            "did_not_understand": ["Sorry?"],
        })

    def test_each_sentence_gets_its_own_reply(self):
        self.assertEqual([turn["reply"] for turn in self.call.turns],
                         [reply for _, reply in self.INTENTS.values()])

    def test_each_turn_is_answered_aloud_before_the_next(self):
        turns = manifest("dialogue_1.wav")["turns"]
        for turn, following in zip(turns, turns[1:] + [{"start": len(self.call.agent) / self.call.rate}]):
            self.assertGreater(
                self.call.agent_level(turn["end"] * 1000, following["start"] * 1000), SILENCE)

    def test_the_agent_is_silent_while_the_caller_speaks(self):
        for turn in manifest("dialogue_1.wav")["turns"]:
            self.assertLessEqual(
                self.call.agent_level(turn["start"] * 1000 + 100, turn["end"] * 1000), SILENCE)


@RECORDINGS
@ENGINES
class Interruptions(unittest.TestCase):
    """Six turns, one to two seconds apart, and replies that are too long."""

    def check_session(self, name):
        reply = LONG_REPLY.format(n="well")
        call = Call(name, {
            "version": 1,
            "intents": [{"name": "never", "sentences": ["abracadabra"], "replies": ["Never."]}],
            "did_not_understand": [reply],
        })
        interrupted = [turn for turn in call.turns if turn["interrupted"]]
        self.assertGreaterEqual(len(interrupted), 4, call.turns)
        for event in call.of("interrupted"):
            self.check_interruption(call, event, reply)

    def check_interruption(self, call, event, reply):
        # What is remembered is a prefix of the reply, in whole words.
        heard = event["heard"]
        self.assertTrue(reply.startswith(heard), heard)
        self.assertIn(reply[len(heard):len(heard) + 1], (" ", ""))

        # Output stopped within one frame of the first decision: when it was paused. A turn that is
        # over when it interrupts is answered at once.
        started = call.of("playback_started", event["turn"])
        if not started:
            self.assertEqual(heard, "")
            return
        pauses = [e["t_ms"] for e in call.of("playback_paused", event["turn"])
                  if e["t_ms"] <= event["t_ms"]]
        stopped = pauses[-1] if pauses else event["t_ms"]
        answers = [e["t_ms"] for e in call.of("playback_started", event["by_turn"])]
        end = min([event["t_ms"] + 50] + answers)
        self.assertLessEqual(call.agent_level(stopped + FRAME_MS, end), SILENCE)

        # The remembered words last as long as the agent's channel was heard, to a word.
        audible = call.agent_speech_ms(started[0]["t_ms"], stopped + FRAME_MS)
        following = reply[len(heard):].split()[:2]
        if heard:  # said alone, it has a pause between sentences and a last word drawn out
            self.assertLess(spoken_ms(heard), audible + WORD_MS + PAUSE_MS)
        self.assertGreater(spoken_ms(" ".join([heard] + following)), audible - WORD_MS)

        # The turn that interrupted is answered.
        self.assertTrue(call.of("reply_started", event["by_turn"]), event)

    def test_session_1(self):
        self.check_session("session_1.wav")

    def test_session_2(self):
        self.check_session("session_2.wav")


if __name__ == "__main__":
    unittest.main(verbosity=2)
