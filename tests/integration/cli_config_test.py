"""The configuration as the program's users meet it: files, .env, variables, and their errors."""

import unittest

from cli_support import CliTest, needs


class Configuration(CliTest):
    def test_a_wrong_key_is_refused_with_place_and_hint(self):
        self.file("agent.toml", "[turn]\nendpointing_mn_ms = 300\n")
        for command in (("chat",), ("say", "hi", "--out", "a.wav"), ("doctor",)):
            with self.subTest(command[0]):
                self.check(*command, "--config", "agent.toml", code=2,
                           says=("agent.toml:2:1", "did you mean 'endpointing_min_ms'?"))

    def test_all_errors_are_reported_at_once(self):
        self.file("agent.toml", "[turn]\nendpointing_min_ms = 'x'\n[agents]\n[tts]\nprovider = 'flit'\n")
        result = self.check("doctor", "--config", "agent.toml", code=2)
        self.assertEqual(len(result.stderr.splitlines()), 3, result.stderr)

    def test_an_unknown_provider_is_refused_with_those_that_exist(self):
        self.file("agent.toml", "[vad]\nprovider = 'webrct'\n")
        self.check("doctor", "--config", "agent.toml", code=2, says=("'webrct'", "'energy'"))

    def test_a_wrong_variable_is_refused_with_its_name(self):
        self.check("doctor", code=2, environment={"VOICEAGENT_TURN_PREROLL_MS": "long"},
                   says="VOICEAGENT_TURN_PREROLL_MS")

    def test_the_env_file_here_counts_and_the_environment_before_it(self):
        self.file(".env", "VOICEAGENT_AGENT_MODE=loud\n")
        self.check("doctor", code=2, says="VOICEAGENT_AGENT_MODE")
        result = self.run_cli("doctor", environment={"VOICEAGENT_AGENT_MODE": "text_to_text"})
        self.assertNotEqual(result.returncode, 2, result.stderr)

    def test_a_wrong_env_file_is_named_with_the_line(self):
        self.file(".env", "A=1\nno equals sign\n")
        self.check("doctor", code=2, says=".env:2")

    def test_a_missing_file_is_named(self):
        self.check("doctor", "--config", "absent.toml", code=2, says="absent.toml")

    @needs("tts flite")
    def test_an_unknown_voice_is_refused_with_those_that_exist(self):
        self.check("say", "hi", "--voice", "nobody", "--out", "a.wav", code=2,
                   says=("'nobody'", "rms"))
        self.check("say", "hi", "--out", "a.wav", code=2, says=("'nobody'", "rms"),
                   environment={"VOICEAGENT_AGENT_VOICE": "nobody"})
        self.assertFalse(self.path("a.wav").exists())

    @needs("stt pocketsphinx", "vad webrtc", "tts flite")
    def test_a_missing_acoustic_model_is_named_with_what_to_do(self):
        caller = self.say("hello")
        self.file("agent.toml", "[stt]\nprovider = 'pocketsphinx'\nmodel = 'models/en'\n")
        for command in ("listen", "converse"):
            with self.subTest(command):
                result = self.run_cli(command, "--in", caller, "--config", "agent.toml")
                self.assertIn(result.returncode, (1, 2))
                self.assertIn("models/en", result.stderr)
                self.assertIn("pocketsphinx-en-us", result.stderr)


if __name__ == "__main__":
    unittest.main()
