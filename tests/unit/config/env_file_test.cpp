#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "support/catch.h"
#include "voiceagent/config.h"

namespace va = voiceagent;
using Catch::Matchers::Contains;

namespace {

std::string value(std::string_view text, const std::string& name) {
  const auto environment = va::parse_env(text, ".env");
  REQUIRE(environment.ok());
  const auto found = environment->find(name);
  REQUIRE(found != environment->end());
  return found->second;
}

std::string error(std::string_view text) {
  const auto environment = va::parse_env(text, "my.env");
  REQUIRE_FALSE(environment.ok());
  CHECK(environment.status().code() == va::ErrorCode::kInvalidArgument);
  return environment.status().message();
}

}  // namespace

TEST_CASE("an .env line is a name and a value without the space around them") {
  CHECK(value("A=1", "A") == "1");
  CHECK(value("  A = one two  \r\n", "A") == "one two");
  CHECK(value("export A=1", "A") == "1");
  CHECK(value("exported=1", "exported") == "1");
  CHECK(value("A=", "A").empty());
  CHECK(value("A=b=c", "A") == "b=c");
  CHECK(value("A=1\nA=2", "A") == "2");
}

TEST_CASE("comments and empty lines in an .env file are skipped") {
  const auto environment = va::parse_env("# A=1\n\n   # more\nB=2 # why\nC=x#y\n", ".env");
  REQUIRE(environment.ok());
  CHECK(environment->size() == 2);
  CHECK(environment->at("B") == "2");
  CHECK(environment->at("C") == "x#y");
}

TEST_CASE("double quotes keep space and know escapes, single quotes keep all as it is") {
  CHECK(value(R"(A=" a # b ")", "A") == " a # b ");
  CHECK(value(R"(A="say \"hi\"\n\t\\")", "A") == "say \"hi\"\n\t\\");
  CHECK(value(R"(A='a\n"b"' # comment)", "A") == R"(a\n"b")");
}

TEST_CASE("each wrong line of an .env file is named with what is wrong") {
  const std::string message = error("A=1\nnonsense\n2B=1\nC=\"open\nD='a' b\n");
  CHECK_THAT(message, Contains("my.env:2: expected NAME=value"));
  CHECK_THAT(message, Contains("my.env:3: '2B'"));
  CHECK_THAT(message, Contains("my.env:4: the closing \" is missing"));
  CHECK_THAT(message, Contains("my.env:5: text after the closing quote"));
}

TEST_CASE("a missing .env file is no error") {
  va::Environment environment{{"A", "1"}};
  CHECK(va::load_env_file("/nonexistent/.env", environment).ok());
  CHECK(environment.size() == 1);
}

TEST_CASE("the variables that are there win over those of an .env file") {
  const auto path = std::filesystem::temp_directory_path() / "voiceagent_env_file_test.env";
  std::ofstream(path) << "A=file\nB=file\n";
  va::Environment environment{{"A", "process"}};
  CHECK(va::load_env_file(path.string(), environment).ok());
  std::filesystem::remove(path);
  CHECK(environment.at("A") == "process");
  CHECK(environment.at("B") == "file");
}

TEST_CASE("the process environment is what the process was given") {
  const auto environment = va::process_environment();
  const char* path = std::getenv("PATH");
  REQUIRE(path != nullptr);
  REQUIRE(environment.contains("PATH"));
  CHECK(environment.at("PATH") == path);
}
