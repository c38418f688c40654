"""The program itself: help, exit codes, doctor and the reference of settings."""

import json
import unittest

from cli_support import ROOT, CliTest

COMMANDS = ("converse", "say", "listen", "chat", "doctor", "simulate")


class Program(CliTest):
    def test_help_teaches_by_example(self):
        self.assertIn("voiceagent say \"", self.check("--help").stdout)
        for command in COMMANDS:
            with self.subTest(command):
                self.assertIn(f"voiceagent {command}", self.check(command, "--help").stdout)

    def test_the_version_is_printed(self):
        self.assertRegex(self.check("--version").stdout, r"^\d+\.\d+\.\d+\s*$")

    def test_wrong_use_is_told_apart_from_failure(self):
        self.check(code=2)
        self.check("sing", code=2)
        self.check("say", code=2)
        self.check("say", "hello", "--out", "a.wav", "--loud", code=2, says="--loud")
        self.check("say", "hello", "--out", "a.wav", "--pause-ms", "-1", code=2)
        self.check("listen", code=2, says="--in")


class Doctor(CliTest):
    def test_every_provider_is_tried(self):
        result = self.run_cli("doctor", "--json")
        report = json.loads(result.stdout)
        self.assertIn(result.returncode, (0, 1))
        self.assertEqual(report["ready"], result.returncode == 0)
        self.assertEqual({p["kind"] for p in report["providers"]}, {"stt", "llm", "tts", "vad"})
        for provider in report["providers"]:
            with self.subTest(provider["name"]):
                self.assertNotEqual(provider["works"], bool(provider["problem"]))
                self.assertGreaterEqual(provider["load_ms"], 0)

    def test_what_it_says_to_people_names_every_provider(self):
        report = json.loads(self.run_cli("doctor", "--json").stdout)
        text = self.run_cli("doctor").stdout
        for provider in report["providers"]:
            self.assertIn(provider["name"], text)

    def test_a_provider_that_cannot_be_loaded_makes_it_fail(self):
        self.file("agent.toml", '[stt]\nprovider = "pocketsphinx"\nmodel = "/nonexistent/model"\n')
        result = self.run_cli("doctor", "--config", "agent.toml")
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("/nonexistent/model", result.stdout)


class Reference(CliTest):
    MARK = "<!-- voiceagent doctor --config-reference -->\n"

    def test_the_guide_has_the_reference_of_this_build(self):
        report = json.loads(self.run_cli("doctor", "--json").stdout)
        absent = [p["name"] for p in report["providers"] if "not in this build" in p["problem"]]
        if absent:
            self.skipTest(f"not in this build: {', '.join(absent)}")
        path = ROOT / "docs/guide/configuration.md"
        written = path.read_text(encoding="utf-8").split(self.MARK)[1].strip()
        printed = self.check("doctor", "--config-reference").stdout.strip()
        self.assertEqual(written, printed, "the guide is stale; it says how to bring it up to date")


if __name__ == "__main__":
    unittest.main()
