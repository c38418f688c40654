"""The server's life: starting, what keeps it from starting, certificates, stopping."""

import json
import os
import resource
import signal
import socket
import ssl
import subprocess
import unittest

from cli_support import run
from server_support import (ENGINES, PROGRAM, ServerTest, WebSocket, clean_environment,
                            wait_until)


class Start(ServerTest):
    def test_the_first_line_names_the_address(self):
        server = self.start()
        self.assertRegex(server.first_line, r"^listening on http://127\.0\.0\.1:\d+$")
        self.assertEqual(server.get("/health")[0], 200)
        self.assertEqual(server.stop(), 0)

    def test_it_takes_as_many_connections_as_the_system_allows(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(128, hard), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        server = self.start().wait_until_ready()
        self.assertEqual(resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE),
                         (hard, hard))

    def test_help_version_and_reference_are_printed(self):
        for flag, text in (("--help", "--config"), ("--version", "."),
                           ("--config-reference", "MAX_WS_CONNECTIONS")):
            result = subprocess.run([PROGRAM, flag], capture_output=True, text=True, check=False)
            self.assertEqual(result.returncode, 0)
            self.assertIn(text, result.stdout)

    def test_settings_come_from_the_file_the_env_file_and_the_environment(self):
        (self.folder / "server.toml").write_text(
            "[server]\nmax_ws_connections = 7\n[http]\nrate_limit = 77\n[agent]\nvoice = 'slt'\n")
        (self.folder / ".env").write_text(
            "MAX_WS_CONNECTIONS=9\nRATE_LIMIT=55\nAUTH_TOKEN=from-env-file\n")
        (self.folder / ".env.test").write_text("AUTH_TOKEN=from-test-file\n")
        environment = {"RATE_LIMIT": "33", "VOICEAGENT_ENV": "test"}
        server = self.start(environment, ("--config", "server.toml")).wait_until_ready()
        self.assertEqual(server.get("/voice/config", authorization="Bearer from-env-file")[0], 401)
        status, _, body = server.get("/voice/config", authorization="Bearer from-test-file")
        self.assertEqual(status, 200, body)
        config = json.loads(body)
        self.assertEqual(config["voice"], "slt")
        self.assertEqual(config["limits"]["max_sessions"], 9)
        self.assertEqual(config["limits"]["requests_per_minute"], 33)

    def test_an_env_file_that_is_named_must_be_there(self):
        (self.folder / ".env").write_text("AUTH_TOKEN=x\n")
        said = self.refused({"VOICEAGENT_ENV": "prodution"}, code=2)
        self.assertIn("VOICEAGENT_ENV", said)
        self.assertIn(".env.prodution", said)

    def test_what_keeps_it_from_starting_is_said(self):
        taken = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(taken.close)
        port = taken.getsockname()[1]
        self.assertIn(str(port), self.refused({"PORT": port}))
        self.assertIn("203.0.113.7", self.refused({"HOST": "203.0.113.7", "ALLOW_OPEN": "true"}))
        (self.folder / "bad.toml").write_text("[server]\nprot = 1\n")
        said = self.refused(arguments=("--config", "bad.toml"), code=2)
        self.assertIn("bad.toml:2:1", said)
        self.assertIn("did you mean 'port'?", said)
        self.assertIn("absent.toml", self.refused(arguments=("--config", "absent.toml"), code=2))
        self.assertIn("MAX_CONNECTIONS", self.refused({"MAX_CONNECTIONS": "many"}, code=2))

    def test_an_open_address_needs_a_token_or_a_word(self):
        said = self.refused({"HOST": "0.0.0.0"}, code=2)
        self.assertIn("AUTH_TOKEN", said)
        self.assertIn("ALLOW_OPEN", said)
        server = self.start({"HOST": "0.0.0.0", "AUTH_TOKEN": "x"})
        self.assertEqual(server.get("/health")[0], 200)

    def test_an_agent_that_cant_be_loaded_ends_it_with_the_reason(self):
        (self.folder / "server.toml").write_text("[agent]\nvoice = 'nobody'\n")
        process = subprocess.run([PROGRAM, "--config", "server.toml"], cwd=self.folder,
                                 env=clean_environment(), capture_output=True, text=True,
                                 timeout=120, check=False)
        self.assertEqual(process.returncode, 1)
        self.assertIn("nobody", process.stderr)

    def test_json_log_lines_are_json(self):
        server = self.start({"LOG_FORMAT": "json"})
        server.get("/voice/status")
        server.stop()
        lines = [json.loads(line) for line in server.messages().splitlines()]
        self.assertTrue(any(line["component"] == "http" and line["request"] for line in lines))


class Tls(ServerTest):
    def certificate(self, name):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", f"/CN={name}", "-keyout", self.folder / "key.pem",
                        "-out", self.folder / "cert.pem"], check=True, capture_output=True)

    def environment(self):
        return {"TLS_CERTIFICATE": self.folder / "cert.pem", "TLS_KEY": self.folder / "key.pem"}

    def shown(self, server):
        """The certificate that the server shows."""
        context = ssl._create_unverified_context()
        with socket.create_connection((server.host, server.port), timeout=60) as plain:
            with context.wrap_socket(plain) as secure:
                return secure.getpeercert(binary_form=True)

    def test_it_serves_over_tls_and_reads_a_new_certificate_on_a_signal(self):
        self.certificate("one")
        server = self.start(self.environment())
        self.assertTrue(server.url.startswith("https://127.0.0.1:"))
        self.assertEqual(server.get("/health")[0], 200)
        before = self.shown(server)
        self.certificate("two")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: self.shown(server) != before, "it shows the new certificate")
        (self.folder / "cert.pem").write_text("nonsense")
        now = self.shown(server)
        server.process.send_signal(signal.SIGHUP)
        server.wait_until_it_says("cert.pem")
        self.assertEqual(self.shown(server), now)
        self.assertEqual(server.stop(), 0)

    def test_a_broken_certificate_is_named(self):
        self.certificate("one")
        (self.folder / "cert.pem").write_text("nonsense")
        self.assertIn("cert.pem", self.refused(self.environment()))
        self.certificate("one")
        (self.folder / "key.pem").unlink()
        self.assertIn("key.pem", self.refused(self.environment()))
        self.assertIn("tls", self.refused({"TLS_CERTIFICATE": "c.pem"}, code=2))
        key = (self.folder / "cert.pem").read_bytes()
        self.certificate("two")
        (self.folder / "cert.pem").write_bytes(key)
        self.assertIn("key", self.refused(self.environment()))


@ENGINES
class Recordings(ServerTest):
    def test_a_recorded_session_is_replayed(self):
        server = self.start({"DATA_DIR": "kept", "RECORD_SESSIONS": "true"}).wait_until_ready()
        status, _, body = server.post_json("/chat/message", {"text": "hello"})
        self.assertEqual(status, 200, body)
        self.assertEqual(server.stop(), 0)
        files = list((self.folder / "kept" / "recordings").glob("*.vaz"))
        self.assertEqual(len(files), 1)
        result = run("replay", files[0])
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("events", result.stdout + result.stderr)

    def test_a_folder_that_cant_be_made_keeps_it_from_starting(self):
        (self.folder / "file").write_text("")
        self.assertIn("data_dir", self.refused({"DATA_DIR": "file/kept"}))


@ENGINES
class Stop(ServerTest):
    def test_what_is_going_on_is_finished_and_nothing_new_taken(self):
        server = self.start({"DRAIN_TIMEOUT_MS": 100000}).wait_until_ready()
        connection = server.connect()
        self.addCleanup(connection.close)
        connection.request("POST", "/voice/tts", json.dumps({"text": "Hello there. " * 200}),
                           {"content-type": "application/json"})
        answer = connection.getresponse()  # its head comes with the first audio
        self.assertEqual(answer.status, 200)
        server.process.send_signal(signal.SIGTERM)
        self.assertGreater(len(answer.read()), 1_000_000)  # raises when the end is missing
        self.assertEqual(server.process.wait(120), 0)
        with self.assertRaises(OSError):
            server.raw()

    def test_a_connection_that_stays_is_told_and_cut_at_the_deadline(self):
        server = self.start({"DRAIN_TIMEOUT_MS": 1000}).wait_until_ready()
        stream = WebSocket(server, "/api/v1/ws/stream")
        stream.send({"type": "start"})
        stream.wait_for("started")
        plain = WebSocket(server, "/ws")
        plain.wait_for("connection")
        server.process.send_signal(signal.SIGTERM)
        self.assertIn(stream.close_code(), (1000, 1001))
        self.assertEqual(plain.close_code(), 1001)
        self.assertEqual(server.process.wait(60), 0)

    def test_a_socket_that_wants_nothing_holds_nobody_up(self):
        server = self.start({"DRAIN_TIMEOUT_MS": 3600000}).wait_until_ready()
        plain = WebSocket(server, "/ws")
        plain.wait_for("connection")
        undecided = WebSocket(server, "/api/v1/ws/stream")
        server.process.send_signal(signal.SIGTERM)
        for web_socket in (plain, undecided):
            self.assertEqual(web_socket.close_code(), 1001)
            web_socket.close()
        self.assertEqual(server.process.wait(60), 0)

    def test_a_second_signal_stops_at_once(self):
        server = self.start({"DRAIN_TIMEOUT_MS": 3600000}).wait_until_ready()
        stream = WebSocket(server, "/api/v1/ws/stream")
        stream.send({"type": "start"})
        stream.wait_for("started")
        server.process.send_signal(signal.SIGINT)
        server.wait_until_it_says("stopping")
        self.assertIsNone(server.process.poll())
        server.process.send_signal(signal.SIGINT)
        self.assertEqual(server.process.wait(60), 0)


class StopWhileLoading(ServerTest):
    """Its agent reads a pipe that nobody writes to."""

    def load_for_ever(self, drain_ms):
        os.mkfifo(self.folder / "intents.json")
        (self.folder / "server.toml").write_text(
            "[agent]\nmode = 'text_to_text'\n[llm]\nprovider = 'intents'\n"
            "file = 'intents.json'\n")
        return self.start({"DRAIN_TIMEOUT_MS": drain_ms}, ("--config", "server.toml"))

    def check_end(self, server):
        self.assertEqual(server.process.wait(60), 0)
        said = server.messages()
        self.assertIn("stopped while the agent was being loaded", said)
        self.assertNotIn("ready", said)

    def test_it_ends_when_its_time_is_up(self):
        server = self.load_for_ever(100)
        self.assertEqual(server.get("/ready")[0], 503)
        server.process.send_signal(signal.SIGTERM)
        self.check_end(server)

    def test_it_ends_at_a_second_signal(self):
        server = self.load_for_ever(3600000)
        server.process.send_signal(signal.SIGTERM)
        server.wait_until_it_says("stopping")
        self.assertIsNone(server.process.poll())
        server.process.send_signal(signal.SIGTERM)
        self.check_end(server)


if __name__ == "__main__":
    unittest.main()
