"""What a running server logs."""

import json
import re
import unittest

from server_support import ENGINES, ServerTest, WebSocket


@unittest.skipUnless(ENGINES, "this build lacks the offline engines")
class Log(ServerTest):
    def lines(self, environment):
        """The log of a server that answered one message and stopped."""
        server = self.start(environment).wait_until_ready()
        status, _, _ = server.post_json("/api/v1/chat/message?api_key=abc123",
                                        {"message": "hello"}, {"x-request-id": "my-request"})
        self.assertEqual(status, 200)
        self.assertEqual(server.stop(), 0)
        return server.messages().splitlines()

    def test_json_lines_have_their_fields_and_ids(self):
        records = [json.loads(line) for line in self.lines({"LOG_FORMAT": "json"})]
        for record in records:
            self.assertRegex(record["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertLessEqual({"time", "level", "component", "message"}, record.keys())
        access = [r for r in records if r.get("request") == "my-request"
                  and r["component"] == "http"]
        self.assertEqual(len(access), 1)
        sessions = [r for r in records if r["component"] == "session"]
        self.assertEqual([r["message"].split()[0] for r in sessions], ["opened", "closed"])
        self.assertEqual({r["request"] for r in sessions}, {"my-request"})
        self.assertEqual(len({r["session"] for r in sessions}), 1)

    def test_lines_of_a_session_s_further_requests_name_it(self):
        server = self.start({"LOG_FORMAT": "json"}).wait_until_ready()
        for number in ("1", "2"):
            self.assertEqual(server.post_json("/chat/message",
                                              {"text": "hello", "session_id": "mine"},
                                              {"x-request-id": "request-" + number})[0], 200)
        self.assertEqual(server.stop(), 0)
        records = [json.loads(line) for line in server.messages().splitlines()]
        access = [r for r in records if r["component"] == "http"]
        self.assertEqual([(r["session"], r["request"]) for r in access],
                         [("mine", "request-1"), ("mine", "request-2")])

    def test_a_stream_s_client_is_in_the_line_of_its_session(self):
        server = self.start({"LOG_FORMAT": "json"}).wait_until_ready()
        stream = WebSocket(server, "/api/v1/ws/stream", {"x-request-id": "the-upgrade"})
        self.addCleanup(stream.close)
        stream.send({"type": "start", "client": "phone\n1.0"})
        started = stream.wait_for("started")
        stream.send({"type": "end"})
        self.assertEqual(stream.close_code(), 1000)
        self.assertEqual(server.stop(), 0)
        records = [json.loads(line) for line in server.messages().splitlines()]
        opened = [r for r in records if r["message"].startswith("opened")]
        self.assertEqual([(r["message"], r["session"], r["request"]) for r in opened],
                         [("opened by websocket, client: phone\\n1.0", started["session_id"],
                           "the-upgrade")])

    def test_who_has_the_log_can_t_fetch_clips_by_it(self):
        server = self.start().wait_until_ready()
        for path in ("/voice/clips/secretname", "/api/v1/voice/clips/secretname"):
            self.assertEqual(server.get(path)[0], 404)
            self.assertEqual(server.request("POST", path)[0], 405)
        self.assertEqual(server.stop(), 0)
        self.assertIn("/voice/clips/[redacted]", server.messages())
        self.assertNotIn("secretname", server.messages())

    def test_a_request_that_could_not_be_read_has_a_line(self):
        server = self.start().wait_until_ready()
        with server.raw() as connection:
            connection.sendall(b"\x16\x03\x01 no HTTP\r\n\r\n")
            self.assertIn(b" 400 ", connection.recv(65536))
        self.assertEqual(server.stop(), 0)
        self.assertIn(" http: - - 400 ", server.messages())

    def test_lines_for_people_have_them_too(self):
        lines = [line for line in self.lines({}) if " session: " in line]
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertTrue(re.search(r" session=\w+ request=my-request$", line), line)

    def test_secrets_are_not_logged(self):
        server = self.start({"LOG_LEVEL": "trace"}).wait_until_ready()
        stream = WebSocket(server, "/api/v1/ws/stream?api_key=abc123")
        self.addCleanup(stream.close)
        stream.send({"type": "start", "client": "phone, authorization: Bearer abc123"})
        stream.wait_for("started")
        stream.send({"type": "end"})
        self.assertEqual(stream.close_code(), 1000)
        self.assertEqual(server.stop(), 0)
        self.assertIn("client: phone, authorization: ", server.messages())
        self.assertNotIn("abc123", server.messages())


if __name__ == "__main__":
    unittest.main()
