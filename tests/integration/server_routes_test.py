"""Every route of the server, over real sockets, with the offline engines."""

import base64
import io
import json
import subprocess
import unittest
import wave

from server_support import ENGINES, RECORDINGS, SharedServerTest, WebSocket


def samples_of(wav):
    with wave.open(io.BytesIO(wav)) as file:
        return file.getframerate(), file.readframes(file.getnframes())


@ENGINES
class Service(SharedServerTest):
    def test_programs_get_a_list_of_endpoints_and_browsers_the_page(self):
        status, headers, body = self.server.get("/")
        self.assertEqual((status, headers["content-type"]), (200, "application/json"))
        for endpoint in json.loads(body)["endpoints"]:
            if endpoint["method"] == "GET" and "{" not in endpoint["path"]:
                wanted = 426 if "/ws" in endpoint["path"] else 200
                self.assertEqual(self.server.get(endpoint["path"])[0], wanted, endpoint)
        status, headers, body = self.server.get("/", accept="text/html")
        self.assertEqual((status, headers["content-type"]), (200, "text/html; charset=utf-8"))
        self.assertIn(b"<script", body)
        self.assertEqual(self.server.get("/app.js")[1]["content-type"],
                         "text/javascript; charset=utf-8")

    def test_every_path_has_its_canonical_form(self):
        for path in ("/health", "/ready", "/metrics", "/voice/status", "/voice/config"):
            self.assertEqual(self.server.get(path)[0], 200)
            self.assertEqual(self.server.get("/api/v1" + path)[0], 200)

    def test_a_request_id_comes_back(self):
        self.assertEqual(self.server.get("/health", x_request_id="abc-1")[1]["x-request-id"],
                         "abc-1")
        self.assertTrue(self.server.get("/health")[1]["x-request-id"])

    def test_a_head_request_gets_the_headers_alone(self):
        status, headers, body = self.server.request("HEAD", "/index.html")
        self.assertEqual((status, body), (200, b""))
        self.assertGreater(int(headers["content-length"]), 1000)
        self.assertEqual(self.server.request("HEAD", "/health")[0], 200)

    def test_a_connection_serves_many_requests(self):
        connection = self.server.connect()
        for _ in range(20):
            connection.request("GET", "/health")
            answer = connection.getresponse()
            self.assertEqual(answer.status, 200)
            answer.read()
        connection.close()

    def test_errors_are_problem_details(self):
        status, headers, body = self.server.get("/nowhere")
        problem = json.loads(body)
        self.assertEqual((status, headers["content-type"]), (404, "application/problem+json"))
        self.assertEqual(problem["request_id"], headers["x-request-id"])
        status, headers, body = self.server.get("/chat/message")
        self.assertEqual((status, headers["allow"]), (405, "POST, OPTIONS"))

    def test_metrics_are_what_prometheus_reads(self):
        self.server.post_json("/chat/message", {"text": "hello"})
        lines = self.server.get("/metrics")[2].decode().splitlines()
        names = {line.split("{")[0].split(" ")[0] for line in lines if not line.startswith("#")}
        for name in ("voiceagent_sessions_total", "voiceagent_turns_total",
                     "voiceagent_turn_stage_seconds_bucket", "voiceagent_provider_calls_total",
                     "voiceagent_http_requests_total", "voiceagent_web_sockets",
                     "voiceagent_loop_lateness_seconds", "process_cpu_seconds_total"):
            self.assertIn(name, names)
        for line in lines:
            if not line.startswith("#"):
                float(line.rsplit(" ", 1)[1])


@ENGINES
class Chat(SharedServerTest):
    def test_a_conversation_goes_on_by_its_session(self):
        status, headers, body = self.server.post_json("/api/v1/chat/message", {"text": "hello"})
        answer = json.loads(body)
        self.assertEqual(status, 200)
        self.assertTrue(answer["success"])
        self.assertEqual(answer["intent"], "greeting")
        self.assertTrue(answer["response"])
        self.assertEqual(headers["x-session-id"], answer["session_id"])
        more = {"text": "what can you do?", "session_id": answer["session_id"]}
        self.assertEqual(json.loads(self.server.post_json("/chat/message", more)[2])["session_id"],
                         answer["session_id"])

    def test_a_reply_comes_as_events(self):
        status, headers, body = self.server.post_json(
            "/chat/message", {"text": "hello"}, {"accept": "text/event-stream"})
        self.assertEqual(status, 200)
        self.assertTrue(headers["content-type"].startswith("text/event-stream"))
        events = [dict(line.split(": ", 1) for line in event.splitlines())
                  for event in body.decode().strip().split("\n\n")]
        self.assertEqual(events[-1]["event"], "done")
        pieces = [json.loads(e["data"])["text"] for e in events if e["event"] == "delta"]
        self.assertEqual("".join(pieces), json.loads(events[-1]["data"])["response"])

    def test_curl_can_talk(self):
        result = subprocess.run(
            ["curl", "-sS", "--fail", "-H", "Content-Type: application/json", "-d",
             '{"text":"hello"}', self.server.url + "/api/v1/chat/message"],
            capture_output=True, text=True, check=True)
        self.assertTrue(json.loads(result.stdout)["success"])

    def test_text_comes_back_as_it_was_sent(self):
        text = 'repeat "quoted" \u0000 \n emoji \U0001f600'
        web_socket = WebSocket(self.server, "/ws")
        self.addCleanup(web_socket.close)
        web_socket.send({"type": "text", "text": text})
        web_socket.wait_for("text_response")
        web_socket.send({"type": "context"})
        entries = web_socket.wait_for("context")["entries"]
        self.assertEqual([e["text"] for e in entries if e["role"] == "user"], [text])


@ENGINES
class Speech(SharedServerTest):
    def test_text_is_spoken_in_each_format(self):
        ask = {"text": "Good morning."}
        status, headers, wav = self.server.post_json("/voice/tts", ask)
        self.assertEqual((status, headers["content-type"]), (200, "audio/wav"))
        self.assertEqual(headers["transfer-encoding"], "chunked")
        self.assertEqual(wav[:4], b"RIFF")
        seconds = (len(wav) - 44) / 32000
        self.assertGreater(seconds, 0.5)
        pcm = self.server.post_json("/voice/tts", {**ask, "format": "pcm"})[2]
        self.assertEqual(len(pcm), len(wav) - 44)
        half = self.server.post_json("/voice/tts", {**ask, "format": "pcm", "sample_rate": 8000})[2]
        self.assertAlmostEqual(len(half), len(pcm) / 2, delta=200)
        status, headers, ogg = self.server.post_json("/voice/tts", {**ask, "format": "opus"})
        self.assertEqual((status, headers["content-type"]), (200, "audio/ogg; codecs=opus"))
        self.assertEqual((ogg[:4], ogg[28:36]), (b"OggS", b"OpusHead"))
        self.assertLess(len(ogg), len(wav) / 4)

    def test_speech_of_another_format_is_named_and_not_taken_for_samples(self):
        ogg = self.server.post_json("/voice/tts", {"text": "Hello.", "format": "opus"})[2]
        for kind in ("audio/ogg", "audio/wav", "application/octet-stream"):
            status, _, body = self.server.request("POST", "/voice/process-speech", ogg,
                                                  {"content-type": kind})
            self.assertEqual(status, 415, body)
            self.assertIn("Ogg", json.loads(body)["detail"])

    def test_a_voice_can_be_chosen_and_must_exist(self):
        a, b = (self.server.post_json("/voice/tts", {"text": "Hello.", "voice": voice})[2]
                for voice in ("rms", "slt"))
        self.assertNotEqual(a, b)
        status, _, body = self.server.post_json("/voice/tts", {"text": "Hello.", "voice": "nobody"})
        self.assertEqual(status, 404)
        self.assertIn("rms", json.loads(body)["detail"])

    def check_understood(self, answer, wanted):
        self.assertIn(wanted, answer["transcribed_text"].lower())
        self.assertTrue(answer["response"])
        status, headers, clip = self.server.get(answer["voice_url"])
        self.assertEqual((status, headers["content-type"]), (200, "audio/wav"))
        rate, samples = samples_of(clip)
        self.assertGreater(len(samples) / 2 / rate, 0.5)
        part = self.server.request("GET", answer["voice_url"], headers={"range": "bytes=0-3"})
        self.assertEqual((part[0], part[2]), (206, b"RIFF"))

    def test_synthetic_speech_is_understood_however_it_is_sent(self):
        wav = self.speech("what time is it")
        upload = "/api/v1/voice/process-speech"
        form = (b"--B\r\nContent-Disposition: form-data; name=\"audio\"; filename=\"a.wav\"\r\n"
                b"Content-Type: audio/wav\r\n\r\n" + wav + b"\r\n--B--\r\n")
        encoded = base64.b64encode(wav).decode()
        for content_type, body in (("audio/wav", wav),
                                   ("multipart/form-data; boundary=B", form),
                                   ("application/json", json.dumps({"audio_data": encoded}))):
            with self.subTest(content_type):
                status, _, answer = self.server.request("POST", upload, body,
                                                        {"content-type": content_type})
                self.assertEqual(status, 200, answer)
                self.check_understood(json.loads(answer), "time")

    def test_a_reply_can_come_inside_the_answer(self):
        wav = self.speech("hello")
        _, _, body = self.server.request("POST", "/voice/process-speech?reply=both", wav,
                                         {"content-type": "audio/wav"})
        answer = json.loads(body)
        inside = base64.b64decode(answer["audio_data"])
        self.assertEqual(inside, self.server.get(answer["voice_url"])[2])

    @unittest.skipUnless((RECORDINGS / "whats_the_weather_like.wav").exists(),
                         "no recordings of people here")
    def test_a_person_is_understood(self):
        wav = (RECORDINGS / "whats_the_weather_like.wav").read_bytes()
        status, _, body = self.server.request("POST", "/voice/process-speech", wav,
                                              {"content-type": "audio/wav"})
        self.assertEqual(status, 200, body)
        self.check_understood(json.loads(body), "weather")


@ENGINES
class Gates(SharedServerTest):
    environment = {"AUTH_TOKEN": "the-secret", "CORS_ORIGINS": "https://good.example"}

    def test_only_who_has_the_token_may_talk(self):
        self.assertEqual(self.server.get("/voice/config")[0], 401)
        self.assertEqual(self.server.get("/voice/config", authorization="Bearer no")[0], 401)
        status, _, body = self.server.get("/voice/config", authorization="Bearer the-secret")
        self.assertEqual(status, 200)
        self.assertNotIn(b"the-secret", body)
        self.assertEqual(self.server.get("/health")[0], 200)
        self.assertNotIn("the-secret", self.server.messages())

    def test_pages_that_are_listed_may_call(self):
        status, headers, _ = self.server.request(
            "OPTIONS", "/api/v1/chat/message",
            headers={"origin": "https://good.example", "access-control-request-method": "POST"})
        self.assertEqual((status, headers["access-control-allow-origin"]),
                         (204, "https://good.example"))
        status, headers, _ = self.server.post_json(
            "/chat/message", {"text": "hello"},
            {"authorization": "Bearer the-secret", "origin": "https://evil.example"})
        self.assertEqual(status, 403)
        self.assertIsNone(headers["access-control-allow-origin"])


@ENGINES
class Rates(SharedServerTest):
    environment = {"RATE_LIMIT": 60, "RATE_BURST": 5}

    def test_too_many_requests_are_told_when_to_come_back(self):
        answers = [self.server.get("/voice/status") for _ in range(12)]
        refused = [headers for status, headers, _ in answers if status == 429]
        self.assertTrue(refused)
        self.assertGreaterEqual(int(refused[0]["retry-after"]), 1)
        self.assertEqual(refused[0]["ratelimit-limit"], "5")
        for _ in range(20):
            self.check_alive()


if __name__ == "__main__":
    unittest.main()
