"""Both WebSockets of the server, with real speech and the offline engines; official clients too."""

import base64
import json
import shutil
import subprocess
import threading
import unittest
from pathlib import Path

from server_support import ENGINES, RECORDINGS, SharedServerTest, WebSocket, play, wait_until


def wav_samples(wav):
    return wav[44:]


@ENGINES
class Json(SharedServerTest):
    def open(self):
        web_socket = WebSocket(self.server, "/ws")
        self.addCleanup(web_socket.close)
        return web_socket, web_socket.wait_for("connection")

    def test_text_is_answered(self):
        web_socket, hello = self.open()
        web_socket.send({"type": "text", "text": "hello"})
        answer = web_socket.message()
        self.assertEqual((answer["type"], answer["success"], answer["intent"]),
                         ("text_response", True, "greeting"))
        self.assertEqual(answer["session_id"], hello["session_id"])
        web_socket.send({"type": "ping"})
        self.assertEqual(web_socket.message()["type"], "pong")

    def check_speech(self, wav, wanted):
        web_socket, _ = self.open()
        web_socket.send({"type": "audio", "audio_data": base64.b64encode(wav).decode()})
        self.assertEqual(web_socket.message()["type"], "audio_ack")
        answer = web_socket.message()
        self.assertEqual((answer["type"], answer["success"]), ("audio_response", True), answer)
        self.assertIn(wanted, answer["transcribed_text"].lower())
        status, headers, clip = self.server.get(answer["voice_url"])
        self.assertEqual((status, headers["content-type"], clip[:4]), (200, "audio/wav", b"RIFF"))

    def test_speech_is_answered_by_speech(self):
        self.check_speech(self.speech("what time is it"), "time")

    @unittest.skipUnless((RECORDINGS / "whats_the_weather_like.wav").exists(),
                         "no recordings of people here")
    def test_a_person_is_answered_by_speech(self):
        self.check_speech((RECORDINGS / "whats_the_weather_like.wav").read_bytes(), "weather")

    def test_bad_requests_are_answered_and_the_socket_stays(self):
        web_socket, _ = self.open()
        for bad in ("{", "[]", '"text"', "{}", '{"type":"nothing"}', '{"type":"text"}',
                    '{"type":"text","text":7}', '{"type":"text","text":""}',
                    '{"type":"audio","audio_data":"???"}', "[" * 20000, "\0", '{"type":"audio"}'):
            web_socket.send(bad)
            answer = web_socket.message()
            self.assertEqual(answer["type"], "error", bad[:50])
            self.assertTrue(answer["message"])
        web_socket.send_audio(b"123")
        self.assertEqual(web_socket.message()["type"], "error")
        web_socket.send({"type": "ping"})
        self.assertEqual(web_socket.message()["type"], "pong")

    def test_what_breaks_the_protocol_closes_with_its_code(self):
        web_socket, _ = self.open()
        web_socket.frame(WebSocket.TEXT, b'{"type":"text","text":"\xff\xfe"}')
        self.assertEqual(web_socket.close_code(), 1007)
        web_socket, _ = self.open()
        web_socket.send("x" * (9 << 20))
        self.assertEqual(web_socket.close_code(), 1009)
        self.check_alive()


@ENGINES
class Stream(SharedServerTest):
    def open(self, **start):
        web_socket = WebSocket(self.server, "/api/v1/ws/stream")
        self.addCleanup(web_socket.close)
        web_socket.send({"type": "start", **start})
        return web_socket, web_socket.message()

    def test_speech_is_heard_and_answered_aloud(self):
        web_socket, started = self.open(playback_reports=False)
        self.assertEqual(started["type"], "started", started)
        self.assertEqual(started["transport"]["name"], "websocket")
        samples = wav_samples(self.speech("what time is it"))
        player = play(web_socket, samples + bytes(2 * 16000 * 2), 16000)
        audio = 0
        seen = {}
        while "speaking finished" not in seen:
            opcode, payload = web_socket.receive()
            if opcode == WebSocket.BINARY:
                audio += len(payload) - 8
                continue
            self.assertEqual(opcode, WebSocket.TEXT)
            message = json.loads(payload)
            kind = message["type"] + (" " + message["state"] if "state" in message else "")
            seen[kind] = message
        player.join()
        self.assertIn("time", seen["turn"]["text"].lower())
        self.assertIn("it is", seen["speaking finished"]["heard"].lower())
        self.assertGreater(audio / 32000, 0.5)
        self.assertIn('voiceagent_sessions_total{transport="websocket"}',
                      self.server.get("/metrics")[2].decode())
        web_socket.send({"type": "end"})
        self.assertEqual(web_socket.close_code(), 1000)

    def test_a_lost_session_is_taken_up_again(self):
        web_socket, started = self.open(mode="text_to_text")
        web_socket.send({"type": "text", "text": "hello"})
        reply = web_socket.wait_for("reply")
        while not reply.get("final"):
            reply = web_socket.wait_for("reply")
        web_socket.close()
        again, resumed = self.open(session_id=started["session_id"])
        self.assertEqual((resumed["type"], resumed["resumed"]), ("started", True))
        self.assertIn("hello", [entry["text"] for entry in resumed["context"]])

    def test_many_callers_are_answered_side_by_side(self):
        answers = []

        def call():
            web_socket, _ = self.open(mode="text_to_text")
            web_socket.send({"type": "text", "text": "hello"})
            reply = web_socket.wait_for("reply")
            while not reply.get("final"):
                reply = web_socket.wait_for("reply")
            answers.append(reply["text"])
        threads = [threading.Thread(target=call) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), 40)
        self.assertEqual(len(set(answers)), 1)


@ENGINES
class Full(SharedServerTest):
    environment = {"MAX_WS_CONNECTIONS": 2}

    def open(self, path):
        web_socket = WebSocket(self.server, path)
        self.addCleanup(web_socket.close)
        return web_socket

    def test_more_sockets_than_there_is_room_for_are_refused(self):
        first, second, third = (self.open(path) for path in ("/api/v1/ws/stream", "/ws", "/ws"))
        self.assertEqual((first.status, second.status, third.status), (101, 101, 503))
        self.assertIn("retry-after", third.head.lower())
        first.close()
        wait_until(lambda: self.open("/ws").status == 101, "there is room again")


CLIENTS = Path(__file__).parent / "clients"


@ENGINES
@unittest.skipUnless(shutil.which("node") and (CLIENTS / "node_modules/ws").exists(),
                     "no node with the package ws here (scripts/dev.sh setup test)")
class OfficialClient(SharedServerTest):
    def test_the_package_ws_talks_over_both_sockets(self):
        result = subprocess.run(["node", "talk.mjs", self.server.url], cwd=CLIENTS,
                                capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)


if __name__ == "__main__":
    unittest.main()
