"""What a server must bear: broken, endless, slow and greedy clients. Others don't notice."""

import json
import socket
import struct
import time
import unittest

from server_support import ENGINES, PATIENCE, ServerTest, SharedServerTest, WebSocket


def everything(connection):
    """All bytes until the server closes."""
    got = b""
    while True:
        try:
            more = connection.recv(65536)
        except ConnectionResetError:
            return got
        if not more:
            return got
        got += more


@ENGINES
class Requests(SharedServerTest):
    """Requests that are wrong from their first byte to their last."""

    environment = {"MAX_BODY_BYTES": 2000000}

    def tearDown(self):
        self.check_alive()

    def raw_status(self, request):
        """The status that these bytes are answered with; 0: none, the connection was closed."""
        connection = self.server.raw()
        self.addCleanup(connection.close)
        connection.sendall(request if isinstance(request, bytes) else request.encode())
        connection.shutdown(socket.SHUT_WR)
        answer = everything(connection)
        return int(answer.split()[1]) if answer else 0

    def test_malformed_json_of_every_kind_is_refused(self):
        for body in ("", "{", '{"text":}', '{"text":"a"} x', '"text"', "[" * 20000, "nul", "\0",
                     b'{"text":"\xff\xfe"}', b"\xef\xbb\xbf{}", '{"text":"\\ud800"}',
                     '{"text":1e999}', '{"text":"a","text":"b"}', '{"a":' * 20000,
                     '{"text":' + '"' + "a" * 100000 + '"}'):
            for path in ("/chat/message", "/voice/tts", "/voice/process-speech"):
                status, headers, answer = self.server.post_json(path, body)
                self.assertEqual(status, 400, (path, body[:40], answer))
                self.assertEqual(headers["content-type"], "application/problem+json")
                self.assertTrue(json.loads(answer)["detail"])

    def test_wrong_types_of_content_are_refused(self):
        for content_type in ("text/plain", "", "application/xml", "multipart/form-data"):
            status = self.server.request("POST", "/chat/message", "{}",
                                         {"content-type": content_type})[0]
            self.assertEqual(status, 415)

    def test_paths_that_lead_outside_lead_nowhere(self):
        for path in ("/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd",
                     "/....//etc/passwd", "/%00", "/a%00b", "/\\..\\..\\etc\\passwd", "/%ff%fe",
                     "/%", "/%zz", "//etc/passwd", "/voice/clips/..%2f..%2fx",
                     "/index.html/../../x"):
            status = self.raw_status(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n"
                                     "Connection: close\r\n\r\n")
            self.assertIn(status, (400, 404), path)

    def test_requests_that_are_none_are_refused(self):
        for request in ("nonsense\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\nHost: a\r\n\r\n",
                        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost a\r\n\r\n",
                        b"\x16\x03\x01\x02\x00\x01\x00", b"\0" * 100):
            self.assertIn(self.raw_status(request), (0, 400, 505), request)

    def test_headers_without_end_are_refused(self):
        status = self.raw_status("GET / HTTP/1.1\r\nHost: a\r\nX: " + "a" * 100000 + "\r\n\r\n")
        self.assertEqual(status, 431)

    def test_bodies_that_are_too_long_or_chunked_are_refused_before_they_come(self):
        head = ("POST /voice/process-speech HTTP/1.1\r\nHost: localhost\r\n"
                "Content-Type: audio/wav\r\n")
        self.assertEqual(self.raw_status(head + "Content-Length: 99999999999\r\n\r\n"), 413)
        self.assertEqual(self.raw_status(head + "Content-Length: -1\r\n\r\n"), 400)
        self.assertEqual(self.raw_status(head + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 411)
        status = self.server.request("POST", "/chat/message", "x" * 300000,
                                     {"content-type": "application/json"})[0]
        self.assertEqual(status, 413)

    def test_recordings_that_are_none_are_refused(self):
        riff = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0"
        for body in (b"", b"RIFF", riff, riff + b"\xff" * 100, b"RIFF" + b"\0" * 1000000, b"\0"):
            status, _, answer = self.server.request("POST", "/voice/process-speech", body,
                                                    {"content-type": "audio/wav"})
            self.assertEqual(status, 400, answer)
        silence = struct.pack("<h", 0) * 16000
        status, _, answer = self.server.request("POST", "/voice/process-speech", silence,
                                                {"content-type": "application/octet-stream"})
        self.assertEqual(status, 422, answer)

    def test_a_page_whose_name_was_made_to_lead_here_is_refused(self):
        foreign = {"Host": "evil.example", "Origin": "http://evil.example"}
        for path in ("/chat/message", "/voice/tts"):
            self.assertEqual(self.server.post_json(path, {"text": "hello"}, foreign)[0], 403)
        self.assertEqual(self.server.get("/metrics", Host="evil.example")[0], 403)
        for path in ("/ws", "/api/v1/ws/stream"):
            head = (f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n"
                    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
            self.assertEqual(self.raw_status(head), 403)

    def test_a_websocket_where_there_is_none_and_none_where_one_is(self):
        self.assertEqual(WebSocket(self.server, "/health").status, 404)
        self.assertEqual(WebSocket(self.server, "/ws/../ws").status, 400)
        self.assertEqual(self.server.get("/ws")[0], 426)


@ENGINES
class Slow(SharedServerTest):
    """Clients that take their time."""

    environment = {"VOICEAGENT_HTTP_HEADER_TIMEOUT_MS": 1500,
                   "VOICEAGENT_HTTP_REQUEST_TIMEOUT_MS": 2500,
                   "VOICEAGENT_WEBSOCKET_START_TIMEOUT_MS": 1000,
                   "VOICEAGENT_WEBSOCKET_STALL_TIMEOUT_MS": 2000}

    def tearDown(self):
        self.check_alive()

    def drip(self, head, rest):
        """Sends `rest` a byte at a time; what the server said before it closed."""
        connection = self.server.raw()
        self.addCleanup(connection.close)
        connection.settimeout(0.05)
        connection.sendall(head)
        end = time.monotonic() + PATIENCE
        got = b""
        for byte in rest:
            self.assertLess(time.monotonic(), end)
            try:
                connection.sendall(bytes([byte]))
                more = connection.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                break
            if not more:
                break
            got += more
        return got

    def test_headers_and_bodies_that_drip_are_cut_off(self):
        self.assertIn(b" 408 ", self.drip(b"GET / HTTP/1.1\r\nX: ", b"a" * 10000))
        head = (b"POST /chat/message HTTP/1.1\r\nHost: localhost\r\n"
                b"Content-Type: application/json\r\nContent-Length: 10000\r\n\r\n")
        self.assertIn(b" 408 ", self.drip(head, b" " * 10000))

    def test_a_stream_that_never_starts_is_closed(self):
        web_socket = WebSocket(self.server, "/api/v1/ws/stream")
        self.addCleanup(web_socket.close)
        self.assertEqual(web_socket.close_code(), 1008)

    def test_a_message_that_never_ends_is_closed(self):
        web_socket = WebSocket(self.server, "/ws")
        self.addCleanup(web_socket.close)
        web_socket.socket.sendall(b"\x81\xfe\x10\x00" + b"mask" + b"x" * 100)
        self.assertEqual(web_socket.close_code(), 1008)

    def test_a_thousand_half_open_connections_disturb_nobody(self):
        waiting = []
        for _ in range(1000):
            connection = self.server.raw()
            connection.sendall(b"GET /health HT")
            waiting.append(connection)
        self.check_alive()
        self.assertEqual(self.server.post_json("/chat/message", {"text": "hello"})[0], 200)
        for connection in waiting:
            connection.close()

    def test_a_client_that_never_reads_is_given_up(self):
        greedy = self.server.raw()
        self.addCleanup(greedy.close)
        greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        body = json.dumps({"text": "Hello there. " * 800}).encode()
        greedy.sendall(b"POST /voice/tts HTTP/1.1\r\nHost: localhost\r\n"
                       b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                       + body)
        for _ in range(20):
            self.assertEqual(self.server.post_json("/chat/message", {"text": "hello"})[0], 200)
        self.server.wait_until_it_says("POST /voice/tts 499 ")


@ENGINES
class Crowded(ServerTest):
    """Connections beyond the limits."""

    def second_answer(self, variable):
        """What one more connection is answered with while the only one that may be is taken."""
        server = self.start({variable: 1, "RATE_LIMIT": 600})
        with server.raw() as first:
            first.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertIn(b" 200 ", first.recv(65536))
            return server.get("/health")

    def check(self, variable, expected):
        status, headers, body = self.second_answer(variable)
        self.assertEqual(status, expected, body)
        self.assertGreaterEqual(int(headers["retry-after"]), 1)
        self.assertNotIn("ratelimit-limit", headers)
        self.assertEqual(json.loads(body)["status"], expected)

    def test_beyond_all_connections(self):
        self.check("MAX_CONNECTIONS", 503)

    def test_beyond_those_of_an_address(self):
        self.check("MAX_CONNECTIONS_PER_ADDRESS", 429)


if __name__ == "__main__":
    unittest.main()
