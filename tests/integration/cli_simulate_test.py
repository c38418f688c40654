"""voiceagent simulate: exit codes, what it prints, and where it looks for scenarios."""

import json
import re
import unittest

from cli_support import ROOT, CliTest

GOOD = """{"llm": {"reply": "Good morning."}, "steps": [{"say": "hello"}],
           "expect": {"heard": "Good morning."}}"""
BAD = GOOD.replace('"heard": "Good morning."', '"heard": "Good night."')


class Simulate(CliTest):
    def test_scenarios_that_pass_are_listed(self):
        self.file("a.json", GOOD)
        self.file("b.json", GOOD)
        out = self.check("simulate", "a.json", "b.json", "--jobs", "2").stdout
        self.assertRegex(out, r"(?m)^a +[\d.]+ s +1 turn +ok$")
        self.assertRegex(out, r"(?m)^b +[\d.]+ s +1 turn +ok$")
        self.assertIn("2 scenarios, 0 failed", out)

    def test_a_folder_means_its_scenarios_in_order(self):
        self.path("calls").mkdir()
        self.file("calls/b.json", GOOD)
        self.file("calls/a.json", GOOD)
        self.file("calls/readme.txt", "no scenario")
        out = self.check("simulate", "calls").stdout
        self.assertEqual([line.split()[0] for line in out.splitlines()[:2]], ["a", "b"])

    def test_a_scenario_that_fails_says_what_was_expected_and_seen(self):
        self.file("night.json", BAD)
        out = self.check("simulate", "night.json", code=1).stdout
        self.assertIn("FAILED", out)
        self.assertRegex(out, r"expect\.heard\n +expected +'Good night\.'\n +seen +'Good morning\.'")

    def test_bad_files_are_all_told_and_nothing_is_run(self):
        self.file("good.json", GOOD)
        self.file("bad.json", '{"steps": [{"sya": "hello"}]}')
        self.file("empty.json", "")
        result = self.check("simulate", ".", code=2, says="did you mean 'say'?")
        self.assertIn("empty.json: is empty", result.stderr)
        self.assertEqual(result.stdout, "")

    def test_what_is_not_there_is_wrong_use(self):
        self.check("simulate", code=2)
        self.check("simulate", "nowhere.json", code=2, says="nowhere.json: no such file")
        self.path("bare").mkdir()
        self.check("simulate", "bare", code=2, says="no scenario")

    def test_json_says_the_same_to_programs(self):
        self.file("night.json", BAD)
        report = json.loads(self.check("simulate", "night.json", "--json", code=1).stdout)
        self.assertFalse(report["passed"])
        [scenario] = report["scenarios"]
        self.assertEqual(scenario["name"], "night")
        self.assertEqual(scenario["turns"], 1)
        self.assertEqual(scenario["heard"], "Good morning.")
        self.assertEqual(scenario["context"][0], {"role": "user", "text": "hello", "interrupted": False})
        self.assertEqual(scenario["failures"][0]["expectation"], "expect.heard")

    def test_a_seed_of_the_command_line_replaces_the_files_own(self):
        self.file("a.json", GOOD.replace('"Good morning."}', '"Good morning.", "first_token_ms": '
                                         '{"ms": 100, "jitter_ms": 900}}', 1))
        seconds = {json.loads(self.check("simulate", "a.json", "--json", "--seed", str(seed)).stdout)
                   ["simulated_seconds"] for seed in (1, 1, 2)}
        self.assertEqual(len(seconds), 2)

    def test_a_trace_is_of_one_scenario(self):
        self.file("a.json", GOOD)
        self.check("simulate", "a.json", "--trace", "a.trace.json")
        self.assertGreater(len(json.loads(self.path("a.trace.json").read_text())), 10)
        self.file("b.json", GOOD)
        self.check("simulate", "a.json", "b.json", "--trace", "t.json", code=2, says="one scenario")


class Random(CliTest):
    def test_so_many_seeds_are_run_from_the_first_one(self):
        report = json.loads(self.check("simulate", "--random", "--seeds", "3", "--from", "7",
                                       "--jobs", "2", "--json").stdout)
        self.assertEqual((report["seeds"], report["failed"]), (3, 0))
        out = self.check("simulate", "--random", "--seeds", "1", "--from", "7", "--timeline").stdout
        self.assertIn("seed 7, digest", out)

    def test_what_it_would_ignore_is_refused(self):
        self.file("a.json", GOOD)
        random = ("simulate", "--random", "--seeds", "1")
        self.check(*random, "a.json", code=2, says="takes no scenarios")
        self.check(*random, "--seed", "5", code=2, says="--from")
        self.check(*random, "--trace", "t.json", code=2, says="takes no --trace")
        self.assertFalse(self.path("t.json").exists())
        for option in (("--seeds", "1"), ("--from", "1"), ("--timeline",)):
            self.check("simulate", "a.json", *option, code=2, says=(option[0], "--random"))


class Numbers(CliTest):
    BAD = ("-1", "-18446744073709551615", "18446744073709551616", "1.5", "1e3", "0x10", "many", "")

    def test_what_is_no_number_of_the_range_is_refused(self):
        self.file("a.json", GOOD)
        for option, command, beyond in (
                ("--seeds", ("--random",), ("0", "1000000001")),
                ("--from", ("--random", "--seeds", "1"), ("4503599627370497",)),
                ("--jobs", ("--random", "--seeds", "1"), ("0", "257")),
                ("--seed", ("a.json",), ("4503599627370497",))):
            for number in self.BAD + beyond:
                with self.subTest(f"{option} {number}"):
                    self.check("simulate", *command, f"{option}={number}", code=2, says=option)

    def test_a_leading_zero_means_nothing(self):
        out = self.check("simulate", "--random", "--seeds=01", "--from=010", "--timeline").stdout
        self.assertIn("seed 10, digest", out)


class Guide(CliTest):
    # Every object of a scenario, with a key that there is none of.
    OBJECTS = ("{Z, 'steps': []}", "{'steps': [{Z}]}", "{'steps': [{'repeat': {Z}}]}",
               "{'steps': [{'after': {Z}}]}", "{'stt': {Z}}", "{'llm': {Z}}", "{'tts': {Z}}",
               "{'llm': {'replies': [{Z}]}}", "{'vad': {Z}}", "{'far_end': {Z}}", "{'session': {Z}}",
               "{'microphone': {Z}}", "{'tts': {'faults': {Z}}}", "{'tts': {'first_audio_ms': {Z}}}",
               "{'expect': {Z}}", "{'expect': {'events': [{Z}]}}", "{'expect': {'timings': [{Z}]}}",
               "{'expect': {'audible': {Z}}}", "{'expect': {'heard': {Z}}}",
               "{'expect': {'context': [{Z}]}}", "{'expect': {'errors': {Z}}}",
               "{'steps': [{'do': 'zzzzzzzz'}]}", "{'steps': [{'close': 'zzzzzzzz'}]}",
               "{'expect': {'events': [{'event': 'turn_ended', 'with': {'text': {Z}}}]}}",
               "{'expect': {'timings': [{'from': {'event': 'turn_ended', Z}}]}}")

    def test_it_has_every_key(self):
        guide = (ROOT / "docs/guide/simulation.md").read_text(encoding="utf-8")
        words = set(re.findall(r"[a-z_]+", guide))
        for number, text in enumerate(self.OBJECTS):
            name = f"{number}.json"
            self.file(name, text.replace("Z", "'zzzzzzzz': 0").replace("'", '"'))
            lists = re.findall(r"'zzzzzzzz'[^;]*; there are: ([a-z_, ]+)",
                               self.check("simulate", name, code=2).stderr)
            with self.subTest(text):
                self.assertTrue(lists)
                for key in ", ".join(lists).split(", "):
                    self.assertIn(key, words)

    def test_its_scenarios_pass(self):
        guide = (ROOT / "docs/guide/simulation.md").read_text(encoding="utf-8")
        scenarios = re.findall(r"```json\n(.*?)```", guide, re.S)
        self.assertGreaterEqual(len(scenarios), 3)
        for number, text in enumerate(scenarios):
            self.file(f"{number}.json", text)
        self.check("simulate", ".")

    def test_its_outputs_are_those_of_its_scenarios(self):
        guide = (ROOT / "docs/guide/simulation.md").read_text(encoding="utf-8")
        question, cough = re.findall(r"```json\n(.*?)```", guide, re.S)[:2]
        passed, failed = re.findall(r"```\n(?:\$ voiceagent simulate weather.json\n)?(weather .*?)```",
                                    guide, re.S)
        self.file("weather.json", question)
        out = self.check("simulate", "weather.json").stdout
        self.assertEqual(out.splitlines()[0], passed.splitlines()[0])
        self.file("weather.json", cough.replace('"max_ms": 800', '"max_ms": 200'))
        out = self.check("simulate", "weather.json", code=1).stdout
        for line in failed.splitlines():
            if line.strip() != "...":
                self.assertIn(line + "\n", out)


if __name__ == "__main__":
    unittest.main()
