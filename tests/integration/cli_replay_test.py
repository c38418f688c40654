"""voiceagent converse --record and replay, with the real engines."""

import json
import unittest

from cli_support import ENGINES, CliTest


@ENGINES
class Replay(CliTest):
    def record(self, *flags, texts=("What can you do?", "Stop it please, what time is it now?"),
               pause_ms=2200):
        caller = self.say(*texts, pause_ms=pause_ms)
        self.check("converse", "--in", caller, "--record", "s.vaz", "--events", "events.jsonl",
                   *flags)
        lines = self.path("events.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def test_a_recorded_call_replays_identically(self):
        events = self.record()
        self.assertTrue([e for e in events if e["type"] == "interrupted"], "nothing to prove")
        result = self.check("replay", "s.vaz")
        self.assertEqual(result.stdout, f"identical: {events[-1]['seq']} events\n")
        report = json.loads(self.check("replay", "s.vaz", "--json").stdout)
        self.assertEqual(report, {"identical": True, "events": events[-1]["seq"]})

    def test_a_call_in_real_time_replays_identically(self):
        events = self.record("--realtime", texts=("Hello.",), pause_ms=500)
        result = self.check("replay", "s.vaz")
        self.assertEqual(result.stdout, f"identical: {events[-1]['seq']} events\n")

    def test_a_changed_option_shows_in_the_first_event_that_differs(self):
        events = self.record()
        final, ended = (next(e for e in events if e["type"] == wanted)
                        for wanted in ("transcript_final", "turn_ended"))
        wait = ["--set", "turn.endpointing_min_ms=900", "--set", "turn.endpointing_max_ms=900"]
        report = json.loads(self.check("replay", "s.vaz", "--json", *wait, code=1).stdout)
        self.assertFalse(report["identical"])
        difference = report["difference"]
        expected = json.loads(difference["expected"])
        seen = json.loads(difference["seen"])
        self.assertEqual(expected, final)
        # The words are settled as long after the longer silence as they were after the shorter one.
        self.assertEqual((seen["type"], seen["text"]), ("transcript_final", final["text"]))
        self.assertAlmostEqual(seen["t_ms"] - final["t_ms"], 900 - ended["endpointing_ms"], delta=0.01)
        self.assertEqual(difference["event"], expected["seq"])
        self.assertEqual(difference["t_ms"], expected["t_ms"])
        output = self.check("replay", "s.vaz", *wait, code=1).stdout
        self.assertIn(f"first difference at event {expected['seq']}, ", output)
        self.assertIn(difference["expected"], output)

    def test_settings_that_do_not_exist_are_refused(self):
        self.record(texts=("Hello.",))
        self.check("replay", "s.vaz", "--set", "turn.endpointing", code=2, says="section.key=value")
        self.check("replay", "s.vaz", "--set", "turn.nonsense=1", code=2, says="nonsense")

    def test_settings_that_contradict_each_other_are_refused(self):
        self.record(texts=("Hello.",))
        self.check("replay", "s.vaz", "--set", "turn.endpointing_min_ms=1600", code=2,
                   says="endpointing_min_ms is more than")
        self.check("replay", "s.vaz", "--set", "turn.endpointing_min_ms=1600",
                   "--set", "turn.endpointing_max_ms=1700", code=1)

    def test_what_is_no_whole_recording_is_refused(self):
        self.record()
        whole = self.path("s.vaz").read_bytes()
        self.file("cut.vaz", whole[:len(whole) // 2])
        self.check("replay", "cut.vaz", code=2, says=("cut.vaz: ", "cut off"))
        result = self.check("replay", "cut.vaz", "--partial", says="cut off")
        self.assertIn("identical", result.stdout)
        middle = len(whole) // 2
        self.file("bad.vaz", whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1:])
        self.check("replay", "bad.vaz", code=2, says=("bad.vaz: ", "damaged"))
        self.check("replay", "caller.wav", code=2, says="caller.wav: not a recording")
        self.check("replay", "none.vaz", code=2, says="none.vaz: ")


if __name__ == "__main__":
    unittest.main()
