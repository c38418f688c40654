"""What a running server logs."""

import json
import re
import unittest

from server_support import ENGINES, ServerTest


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

    def test_lines_for_people_have_them_too(self):
        lines = [line for line in self.lines({}) if " session: " in line]
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertTrue(re.search(r" session=\w+ request=my-request$", line), line)

    def test_secrets_are_not_logged(self):
        text = "\n".join(self.lines({"LOG_LEVEL": "trace", "AUTH_TOKEN": ""}))
        self.assertNotIn("abc123", text)


if __name__ == "__main__":
    unittest.main()
