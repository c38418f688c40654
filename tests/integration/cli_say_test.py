"""voiceagent say: what comes out of the synthesiser is what the file holds."""

import unittest

from cli_support import CliTest, needs, read_wav


@needs("tts flite")
class Say(CliTest):
    def test_speech_is_written_as_a_wav_file(self):
        path = self.say("Good morning.")
        rate, channels, samples = read_wav(path)
        self.assertEqual(rate, 16000)
        self.assertEqual(channels, 1)
        self.assertGreater(len(samples), rate // 2)
        self.assertGreater(max(samples), 3000)

    def test_a_pause_lies_between_two_texts(self):
        one = len(read_wav(self.say("Good morning.", voice="kal16"))[2])
        both = len(read_wav(self.say("Good morning.", "Good morning.", pause_ms=2000,
                                     voice="kal16"))[2])
        self.assertEqual(both, 2 * one + 32000)

    def test_a_long_text_is_spoken_to_its_end(self):
        words = 1500  # more than the synthesiser takes at a time
        path = self.say(" ".join(["one"] * words), voice="kal16")
        rate, _, samples = read_wav(path)
        self.assertGreater(len(samples) / rate, words * 0.1)

    def test_other_scripts_and_signs_do_no_harm(self):
        self.say("Caf\u00e9 \u2014 \u65e5\u672c \U0001f600, number 3.")

    def test_an_empty_text_is_refused(self):
        self.check("say", "  ", "--out", "a.wav", code=2, says="empty text")
        self.assertFalse(self.path("a.wav").exists())

    def test_an_output_that_cannot_be_written_is_told_before_the_work(self):
        self.check("say", "hello", "--out", "no/such/folder/a.wav", code=1,
                   says=("no/such/folder/a.wav", "No such file or directory"))
        self.check("say", "hello", "--out", self.folder, code=1, says=str(self.folder))

    def test_a_file_that_is_there_survives_a_refusal(self):
        self.file("a.wav", "precious")
        self.check("say", "hello", "--voice", "nobody", "--out", "a.wav", code=2)
        self.assertEqual(self.path("a.wav").read_text(encoding="ascii"), "precious")


if __name__ == "__main__":
    unittest.main()
