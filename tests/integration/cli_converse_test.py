"""voiceagent converse and chat: a whole conversation from the command line."""

import json
import os
import re
import unittest

from cli_support import ENGINES, CliTest, needs, read_wav, wav_bytes


def loud(samples, rate, begin, end):
    """Whether anything is heard between two times, in seconds."""
    return max(map(abs, samples[int(begin * rate):int(end * rate)]), default=0) > 500


@ENGINES
class Converse(CliTest):
    def talk(self, *flags, texts=("What time is it?", "Thank you, good bye."), pause_ms=6000,
             **options):
        caller = self.say(*texts, pause_ms=pause_ms)
        return self.check("converse", "--in", caller, *flags, **options)

    def events(self):
        lines = self.path("events.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def test_the_summary_has_each_turn_with_its_delays(self):
        # One stage after another: nothing is prepared before the turn has ended.
        settings = {"VOICEAGENT_TURN_ENDPOINTING_MIN_MS": "300",
                    "VOICEAGENT_TURN_ENDPOINTING_MAX_MS": "300",
                    "VOICEAGENT_TURN_PREEMPTIVE_REPLIES": "0"}
        report = json.loads(self.talk("--json", environment=settings).stdout)
        self.assertEqual(len(report["turns"]), 2, report)
        for turn in report["turns"]:
            self.assertTrue(turn["user"])
            self.assertTrue(turn["reply"])
            self.assertFalse(turn["interrupted"])
            delays = turn["latency_ms"]
            self.assertEqual(delays["endpointing"], 300)
            order = [delays[k] for k in ("endpointing", "stt_final", "llm_first_token",
                                         "tts_first_audio", "response")]
            self.assertEqual(order, sorted(order))
        for key in ("audio_seconds", "wall_seconds", "cpu_seconds", "peak_rss_mb"):
            self.assertGreater(report[key], 0, key)

    def test_the_dialogue_is_shown_with_a_waterfall_a_turn(self):
        output = self.talk().stdout
        self.assertRegex(output, r"\] user +\S")
        self.assertRegex(output, r"\] agent +\S")
        for stage in ("end of speech", "endpoint", "final text", "first token", "first clause",
                      "first audio"):
            self.assertEqual(len(re.findall(stage + r" +[\d.]+ ms \|", output)), 2, output)

    def test_the_event_file_has_every_event_but_the_audio(self):
        self.talk("--events", "events.jsonl")
        events = self.events()
        self.assertEqual([events[0]["type"], events[-1]["type"]],
                         ["session_opened", "session_closed"])
        self.assertEqual([e["seq"] for e in events], sorted(e["seq"] for e in events))
        self.assertEqual([e["t_ms"] for e in events], sorted(e["t_ms"] for e in events))
        kinds = {e["type"] for e in events}
        self.assertFalse(kinds & {"audio_in", "audio_out"})
        self.assertLessEqual({"speech_started", "speech_stopped", "transcript_final", "turn_ended",
                              "reply_delta", "speech_segment", "playback_finished",
                              "turn_metrics"}, kinds)

    def test_the_recording_has_the_caller_left_and_the_agent_right_on_one_time_line(self):
        self.talk("--out", "call.wav", "--events", "events.jsonl")
        rate, channels, both = read_wav(self.path("call.wav"))
        self.assertEqual(channels, 2)
        caller_rate, _, caller = read_wav(self.path("caller.wav"))
        self.assertEqual(rate, caller_rate)
        left, right = both[0::2], both[1::2]
        self.assertEqual(left[:len(caller)], caller)
        self.assertFalse(any(left[len(caller):]))
        events = self.events()
        start = next(e for e in events if e["type"] == "playback_started")["t_ms"] / 1000
        end = next(e for e in events if e["type"] == "playback_finished")["t_ms"] / 1000
        self.assertFalse(loud(right, rate, 0, start))
        self.assertTrue(loud(right, rate, start, end))

    def test_the_summary_has_the_quantiles_of_each_stage(self):
        output = self.talk().stdout
        self.assertRegex(output, r"2 turns +p50 +p90 +p99 +max")
        self.assertRegex(output, r"first frame +\d")
        report = json.loads(self.talk("--json").stdout)
        turns = [t["latency_ms"]["response"] for t in report["turns"]]
        frame = report["latency_ms"]["first_frame"]
        self.assertEqual(frame["count"], 2)
        self.assertAlmostEqual(frame["max"], max(turns), delta=0.001)
        self.assertAlmostEqual(frame["p50"], min(turns), delta=min(turns) / 64)

    def test_the_trace_has_the_turns_where_the_events_have_them(self):
        self.talk("--trace", "t.json", "--events", "events.jsonl")
        trace = json.loads(self.path("t.json").read_text(encoding="utf-8"))
        tracks = {e["tid"]: e["args"]["name"] for e in trace if e["name"] == "thread_name"}
        played = [e for e in trace if e["ph"] == "X" and tracks[e["tid"]] == "playback"]
        for kind, when in (("playback_started", lambda s: s["ts"]),
                           ("playback_finished", lambda s: s["ts"] + s["dur"])):
            for event, piece in zip((e for e in self.events() if e["type"] == kind), played,
                                    strict=True):
                self.assertAlmostEqual(when(piece) / 1000, event["t_ms"], delta=0.01)

    def test_two_outputs_do_not_share_a_file(self):
        path = self.file("a.wav", wav_bytes(bytes(3200)))
        self.check("converse", "--in", path, "--trace", "x", "--events", "x", code=1, says="x: ")

    def test_an_interrupted_reply_is_what_was_heard_of_it(self):
        caller = self.say("What can you do?", "Stop it please, what time is it now?", pause_ms=2200)
        report = json.loads(self.check("converse", "--in", caller, "--json", "--out", "call.wav",
                                       "--events", "events.jsonl").stdout)
        cut = [t for t in report["turns"] if t["interrupted"]]
        self.assertEqual(len(cut), 1, report)
        events = self.events()
        whole = next(e for e in events if e["type"] == "reply_done" or e["type"] == "reply_delta")
        heard = next(e for e in events if e["type"] == "interrupted")
        self.assertEqual(cut[0]["reply"], heard["heard"])
        text = "".join(e["text"] for e in events
                       if e["type"] == "reply_delta" and e["turn"] == whole["turn"])
        self.assertTrue(text.strip().startswith(cut[0]["reply"]), (text, cut))
        self.assertLess(len(cut[0]["reply"]), len(text.strip()))

    def test_virtual_time_gives_the_same_conversation_twice(self):
        caller = self.say("What time is it?")
        logs = []
        for _ in range(2):
            self.check("converse", "--in", caller, "--events", "events.jsonl", "--json")
            logs.append([(e["type"], e["t_ms"]) for e in self.events()
                         if e["type"] in ("speech_started", "speech_stopped", "turn_ended")])
        self.assertEqual(logs[0], logs[1])

    def test_real_time_takes_as_long_as_the_call(self):
        report = json.loads(self.talk("--json", "--realtime", texts=("Hello.",)).stdout)
        self.assertGreaterEqual(report["wall_seconds"], report["audio_seconds"])
        self.assertTrue(report["turns"][0]["reply"])

    def test_a_mode_that_hears_nothing_is_refused(self):
        path = self.file("a.wav", wav_bytes(bytes(3200)))
        self.check("converse", "--in", path, code=2, says="text_to_text",
                   environment={"VOICEAGENT_AGENT_MODE": "text_to_text"})

    def test_a_greeting_is_a_turn_without_a_user(self):
        path = self.file("a.wav", wav_bytes(bytes(2 * 16000)))
        report = json.loads(self.check("converse", "--in", path, "--json",
                                       environment={"VOICEAGENT_AGENT_GREETING": "Hello!"}).stdout)
        self.assertEqual([(t["user"], t["reply"]) for t in report["turns"]], [("", "Hello!")])

    def test_voice_to_text_answers_in_writing(self):
        caller = self.say("What time is it?")
        report = json.loads(self.check("converse", "--in", caller, "--json",
                                       environment={"VOICEAGENT_AGENT_MODE": "voice_to_text"}).stdout)
        self.assertTrue(report["turns"][0]["reply"])

    @unittest.skipIf(os.environ.get("VOICEAGENT_SANITIZED"), "a sanitizer keeps freed memory")
    def test_memory_does_not_grow_with_the_call(self):
        peaks = []
        for seconds in (20, 600):
            path = self.file("long.wav", wav_bytes(bytes(2 * 8000 * seconds), rate=8000))
            report = json.loads(self.check("converse", "--in", path, "--json", "--out",
                                           "call.wav").stdout)
            peaks.append(report["peak_rss_mb"])
        self.assertLess(peaks[1] - peaks[0], 12, peaks)  # the file alone would be more


@needs("llm intents")
class Chat(CliTest):
    def test_lines_are_answered_one_by_one(self):
        result = self.check("chat", stdin="hello\n\nwhat time is it\n")
        self.assertEqual(len(result.stdout.splitlines()), 2, result.stdout)
        self.assertEqual(result.stderr, "")

    def test_no_input_is_no_failure(self):
        self.assertEqual(self.check("chat", stdin="").stdout, "")

    def test_a_line_that_is_too_long_is_refused_and_the_rest_goes_on(self):
        result = self.check("chat", stdin="x" * 20000 + "\nhello\n", code=1, says="20000 bytes")
        self.assertEqual(len(result.stdout.splitlines()), 1)

    def test_what_is_not_utf8_is_refused(self):
        self.check("chat", stdin=b"\xff\xfe\n", code=1, says="UTF-8")


if __name__ == "__main__":
    unittest.main()
