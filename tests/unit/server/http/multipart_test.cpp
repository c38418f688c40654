#include "server/http/multipart.h"

#include <string>

#include "support/catch.h"

using namespace voiceagent::server;
using Catch::Matchers::Contains;

namespace {

const std::string kForm =
    "--B\r\n"
    "Content-Disposition: form-data; name=\"session_id\"\r\n\r\n"
    "s 1\r\n"
    "--B\r\n"
    "content-disposition: form-data; name=\"audio\"; filename=\"a \\\"b\\\".wav\"\r\n"
    "Content-Type: audio/wav\r\n\r\n"
    "RIFF\r\n\r\n--not the end\r\n"
    "--B--\r\n";

std::string refusal(std::string_view body, std::string_view boundary = "B") {
  const auto form = parse_form(body, boundary);
  return form.ok() ? "" : form.status().message();
}

}  // namespace

TEST_CASE("a form's parts have their names, types and bytes, line breaks in them too") {
  const auto form = parse_form(kForm, "B");
  REQUIRE(form.ok());
  REQUIRE(form->size() == 2);
  CHECK((*form)[0].name == "session_id");
  CHECK((*form)[0].body == "s 1");
  CHECK((*form)[1].name == "audio");
  CHECK((*form)[1].file_name == "a \"b\".wav");
  CHECK((*form)[1].content_type == "audio/wav");
  CHECK((*form)[1].body == "RIFF\r\n\r\n--not the end");
}

TEST_CASE(
    "a form may have a preamble, white space behind its boundaries, empty parts and no parts") {
  CHECK(parse_form("hello\r\n" + kForm, "B")->size() == 2);
  const auto empty =
      parse_form("--B  \r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--B--", "B");
  REQUIRE(empty.ok());
  CHECK((*empty)[0].name == "a");
  CHECK((*empty)[0].body.empty());
  CHECK(parse_form("--B--\r\n", "B")->empty());
}

TEST_CASE("a broken form is refused with what is wrong") {
  CHECK_THAT(refusal(""), Contains("boundary"));
  CHECK_THAT(refusal(kForm, "C"), Contains("boundary"));
  CHECK_THAT(refusal(kForm.substr(0, kForm.size() - 8)), Contains("end is missing"));
  CHECK_THAT(refusal("--B\r\nContent-Type: a\r\n\r\nx\r\n--B--"), Contains("Content-Disposition"));
  CHECK_THAT(refusal("--B\r\nnonsense\r\n\r\nx\r\n--B--"), Contains("colon"));
  CHECK_THAT(refusal("--B\r\nContent-Disposition: form-data; name=a\r\nx\r\n--B--"),
             Contains("empty line"));
  CHECK_THAT(refusal("--B\r\n\r\n--B--"), Contains("part"));
  CHECK_THAT(refusal("--B\r\nContent-Disposition: form-data; name=a\r\n"
                     "Content-Transfer-Encoding: base64\r\n\r\nx\r\n--B--"),
             Contains("base64"));
}

TEST_CASE("a form of very many parts is refused") {
  std::string form;
  for (int i = 0; i < 100; ++i) {
    form += "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n";
  }
  CHECK_THAT(refusal(form + "--B--"), Contains("64 parts"));
}

TEST_CASE("the boundary comes from the content type") {
  CHECK(form_boundary("multipart/form-data; boundary=abc") == "abc");
  CHECK(form_boundary("Multipart/Form-Data; charset=x; boundary=\"a b;c\"") == "a b;c");
  CHECK(form_boundary("multipart/mixed; boundary=abc").empty());
  CHECK(form_boundary("multipart/form-data").empty());
  CHECK(form_boundary("multipart/form-data; boundary=" + std::string(200, 'x')).empty());
}
