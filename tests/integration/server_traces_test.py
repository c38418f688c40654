"""Traces of a running server, as a collector gets them."""

import json
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from server_support import ENGINES, PATIENCE, ServerTest


class Collector:
    """An OTLP/HTTP collector that keeps what it gets. `refusals` requests are answered 503."""

    def __init__(self, refusals=0):
        collector = self
        self.requests = []
        self.refused = 0

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                if collector.refused < refusals:
                    collector.refused += 1
                    self.send_response(503)
                else:
                    collector.requests.append((self.path, dict(self.headers), json.loads(body)))
                    self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join(PATIENCE)
        self.server.server_close()

    def spans(self):
        return [span for _, _, body in self.requests
                for resource in body["resourceSpans"]
                for scope in resource["scopeSpans"] for span in scope["spans"]]


@unittest.skipUnless(ENGINES, "this build lacks the offline engines")
class Traces(ServerTest):
    def collector(self, refusals=0):
        collector = Collector(refusals)
        self.addCleanup(collector.close)
        return collector

    def talk(self, environment):
        """One answered message; returns when the server has stopped."""
        server = self.start(environment).wait_until_ready()
        status, _, _ = server.post_json("/api/v1/chat/message", {"message": "what can you do?"})
        self.assertEqual(status, 200)
        self.assertEqual(server.stop(), 0)
        return server

    def test_a_turn_is_a_trace_with_its_stages(self):
        collector = self.collector()
        self.talk({"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_SERVICE_NAME": "mine",
                   "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20abc"})
        path, headers, body = collector.requests[0]
        self.assertEqual(path, "/v1/traces")
        self.assertEqual({k.lower(): v for k, v in headers.items()}["authorization"], "Bearer abc")
        resource = body["resourceSpans"][0]["resource"]["attributes"]
        self.assertIn({"key": "service.name", "value": {"stringValue": "mine"}}, resource)
        turns = [span for span in collector.spans() if span["name"] == "turn"]
        self.assertEqual(len(turns), 1)
        stages = [span for span in collector.spans() if span is not turns[0]]
        self.assertIn("llm", [span["name"] for span in stages])
        for span in stages:
            self.assertEqual(span["traceId"], turns[0]["traceId"])
            self.assertEqual(span["parentSpanId"], turns[0]["spanId"])
            self.assertLessEqual(int(turns[0]["startTimeUnixNano"]), int(span["startTimeUnixNano"]))
            self.assertLessEqual(int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"]))
            self.assertLessEqual(int(span["endTimeUnixNano"]), int(turns[0]["endTimeUnixNano"]))
        self.assertNotIn("what can you do", json.dumps(body))

    def test_a_collector_that_is_busy_gets_them_later(self):
        collector = self.collector(refusals=1)
        self.talk({"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint})
        self.assertEqual(collector.refused, 1)
        self.assertIn("turn", [span["name"] for span in collector.spans()])

    def test_a_collector_that_is_away_disturbs_nobody(self):
        collector = self.collector()
        endpoint = collector.endpoint
        collector.close()
        server = self.talk({"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint})
        self.assertNotIn(" error ", server.messages())

    def test_an_endpoint_that_is_none_is_refused(self):
        said = self.refused({"OTEL_EXPORTER_OTLP_ENDPOINT": "localhost:4318"}, code=2)
        self.assertIn("http://localhost:4318", said)


if __name__ == "__main__":
    unittest.main()
