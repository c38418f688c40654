"""What the tests of the server share: a running server, and clients of every kind.

The program is named by VOICEAGENT_SERVER (default: build/dev/bin/voiceagent-server).
"""

import base64
import http.client
import json
import os
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

from cli_support import ENGINES, ROOT, run

PROGRAM = os.environ.get("VOICEAGENT_SERVER", str(ROOT / "build/dev/bin/voiceagent-server"))
RECORDINGS = ROOT.parent / "shared/audio/dev"
# Guards against hangs, not assertions about speed: sanitizers are slow.
PATIENCE = 120


def wait_until(holds, what):
    """Another process's doings can only be looked at again and again."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(f"never happened: {what}")
        time.sleep(0.05)


def clean_environment(more=None):
    ours = ("VOICEAGENT_", "HOST", "PORT", "AUTH_TOKEN")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    environment.update({"PORT": "0", "RATE_LIMIT": "0"})
    environment.update({k: str(v) for k, v in (more or {}).items()})
    return environment


class RunningServer:
    """A server in a process of its own. `url` is what its first line named."""

    def __init__(self, folder, environment=None, arguments=()):
        self.log_path = Path(folder) / "server.log"
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen([PROGRAM, *arguments], cwd=folder,
                                        env=clean_environment(environment),
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.first_line = self.process.stdout.readline().strip()
        if not self.first_line:
            raise AssertionError(f"it ended with {self.process.wait()}: {self.messages()}")
        self.url = self.first_line.split()[-1]
        self.secure = self.url.startswith("https")
        self.host, _, port = self.url.split("//")[1].rpartition(":")
        self.port = int(port)

    def messages(self):
        return self.log_path.read_text(errors="replace")

    def connect(self):
        if self.secure:
            context = ssl._create_unverified_context()
            return http.client.HTTPSConnection(self.host, self.port, timeout=PATIENCE,
                                               context=context)
        return http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE)

    def request(self, method, path, body=None, headers=None):
        """(status, headers, body) of a request on a connection of its own."""
        connection = self.connect()
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={k.replace("_", "-"): v for k, v in
                                                  headers.items()})

    def post_json(self, path, value, headers=None):
        body = value if isinstance(value, (str, bytes)) else json.dumps(value)
        return self.request("POST", path, body, {"content-type": "application/json",
                                                 **(headers or {})})

    def wait_until_ready(self):
        wait_until(lambda: self.get("/ready")[0] == 200, "it is ready")
        return self

    def wait_until_it_says(self, text):
        wait_until(lambda: text in self.messages(), f"it says '{text}'")

    def raw(self):
        """A plain connection, for bytes that no client would send."""
        return socket.create_connection((self.host, self.port), timeout=PATIENCE)

    def stop(self, number=signal.SIGTERM):
        """Its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.log.close()
        return code


class ServerTest(unittest.TestCase):
    """Tests with a folder of their own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="voiceagent-server-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def start(self, environment=None, arguments=()):
        server = RunningServer(self.folder, environment, arguments)
        self.addCleanup(server.stop)
        return server

    def refused(self, environment=None, arguments=(), code=1):
        """What a server says that doesn't start."""
        result = subprocess.run([PROGRAM, *arguments], cwd=self.folder,
                                env=clean_environment(environment), capture_output=True,
                                text=True, timeout=PATIENCE, check=False)
        self.assertEqual(result.returncode, code, result.stdout + result.stderr)
        self.assertEqual(result.stdout, "")
        return result.stderr


class SharedServerTest(unittest.TestCase):
    """Tests that talk to one server, with the offline engines."""

    environment = {}

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="voiceagent-server-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.server = RunningServer(folder.name, cls.environment)
        cls.addClassCleanup(cls.server.stop)
        cls.server.wait_until_ready()

    def check_alive(self):
        self.assertEqual(self.server.get("/health")[0], 200)

    def speech(self, text):
        """The bytes of a WAV file that says `text`, made by the command line program."""
        path = self.folder / "speech.wav"
        result = run("say", text, "--voice", "rms", "--out", path)
        self.assertEqual(result.returncode, 0, result.stderr)
        return path.read_bytes()


class WebSocket:
    """A WebSocket client of a few lines, that can do wrong things too."""

    TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

    def __init__(self, server, path, headers=None):
        self.socket = server.raw()
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {server.host}:{server.port}",
                 "Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
                 "Sec-WebSocket-Version: 13"]
        lines += [f"{k}: {v}" for k, v in (headers or {}).items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.buffer = b""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self.take(1)
        self.status = int(head.split()[1])
        self.head = head.decode()

    def take(self, count):
        while len(self.buffer) < count:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("closed")
            self.buffer += more
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def frame(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | 127, size)
        pattern = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big"))
        self.socket.sendall(head + mask + masked.to_bytes(size, "big"))

    def send(self, value):
        text = value if isinstance(value, str) else json.dumps(value)
        self.frame(self.TEXT, text.encode())

    def send_audio(self, samples):
        self.frame(self.BINARY, samples)

    def receive(self):
        """(opcode, payload) of the next frame that isn't a ping; a close is (8, code)."""
        while True:
            first, second = self.take(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", self.take(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self.take(8))[0]
            payload = self.take(size)
            opcode = first & 0x0F
            if opcode == self.PING:
                self.frame(self.PONG, payload)
            elif opcode == self.CLOSE:
                return opcode, struct.unpack("!H", payload[:2])[0] if payload else 1005
            else:
                return opcode, payload

    def message(self):
        """The next JSON message; audio in between is left out."""
        while True:
            opcode, payload = self.receive()
            if opcode == self.TEXT:
                return json.loads(payload)
            if opcode == self.CLOSE:
                raise ConnectionError(f"closed with {payload}")

    def wait_for(self, kind):
        """The next message of that type."""
        while True:
            message = self.message()
            if message["type"] == kind:
                return message

    def close_code(self):
        """The code that the server closes with."""
        while True:
            opcode, payload = self.receive()
            if opcode == self.CLOSE:
                return payload

    def close(self):
        self.socket.close()


def play(web_socket, samples, rate):
    """Sends 16-bit samples in the pace of real time, on a thread; returns it."""
    def send():
        piece = rate // 50 * 2
        start = time.monotonic()
        for index, at in enumerate(range(0, len(samples), piece)):
            time.sleep(max(0.0, start + index * 0.02 - time.monotonic()))
            web_socket.send_audio(samples[at:at + piece])
    thread = threading.Thread(target=send)
    thread.start()
    return thread


__all__ = ["ENGINES", "PATIENCE", "PROGRAM", "RECORDINGS", "ROOT", "RunningServer", "ServerTest",
           "SharedServerTest", "WebSocket", "clean_environment", "play"]
