#include "base/redact.h"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.h"

using namespace voiceagent;

TEST_CASE("secrets are taken out wherever they stand") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"Bearer abc.def-123", "Bearer [redacted]"},
      {"got BEARER  abc/+=, then", "got BEARER  [redacted], then"},
      {"Authorization: Basic dXNlcjpwYXNz", "Authorization: [redacted]"},
      {"authorization: Digest username=\"a\"\nnext", "authorization: [redacted]\"a\"\nnext"},
      {"Proxy-Authorization:x\r\nHost: y", "Proxy-Authorization:[redacted]\r\nHost: y"},
      {"Set-Cookie: sid=1; Path=/", "Set-Cookie: [redacted]"},
      {"OPENAI_API_KEY=12345 next", "OPENAI_API_KEY=[redacted] next"},
      {"x-api-key: 12345", "x-api-key: [redacted]"},
      {R"({"apiKey":"1 2, 3","model":"m"})", R"({"apiKey":"[redacted]","model":"m"})"},
      {R"({\"password\": \"p w\"})", R"({\"password\": \"[redacted]\"})"},
      {"?token=abc&id=1", "?token=[redacted]&id=1"},
      {"access_token = 'a b'", "access_token = '[redacted]'"},
      {"client_secret=s)", "client_secret=[redacted])"},
      {"https://user:pass@host/path", "https://[redacted]@host/path"},
      {"key sk-abcdefghijklmnopqrst is wrong", "key [redacted] is wrong"},
      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_-", "[redacted]"},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(redact_secrets(text) == expected);
  }
}

TEST_CASE("what is no secret stays as it is") {
  const std::vector<std::string> texts{
      "",
      "a bearer token is missing",
      "Bearer authentication is required",
      "Bearer ",
      "max_tokens=512, first_token=120 ms",
      "token: ",
      "unexpected character: }",
      "https://host:8080/path?x=1",
      "mail to user@host",
      "sk-short",
      "the secretary said: hello",
      "password",
      "caf\xC3\xA9 \xFF\n\t",
  };
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK(redact_secrets(text) == text);
  }
}

TEST_CASE("redacting twice changes nothing") {
  for (const std::string text : {"authorization: Bearer abc", "api_key=abc, token='x'",
                                 "Bearer abc", "https://u:p@h", R"("secret":"[redacted]")"}) {
    const std::string once = redact_secrets(text);
    CHECK(redact_secrets(once) == once);
  }
}
