// A host with a RapidJSON and an spdlog of its own: neither may notice ours.

#include <rapidjson/document.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <voiceagent/version.h>

#include <cstdio>
#include <cstring>
#include <memory>

namespace {

int failures = 0;

void check(bool good, const char* what) {
  std::printf("%s: %s\n", good ? "ok" : "FAILED", what);
  if (!good) ++failures;
}

void the_host_uses_its_own_libraries() {
  rapidjson::Document document;
  document.Parse(R"({"host": [1, 2, 3]})");
  check(!document.HasParseError() && document["host"].Size() == 3, "the host's RapidJSON");

  int loggers = 0;
  spdlog::apply_all([&](const std::shared_ptr<spdlog::logger>&) { ++loggers; });
  check(loggers == 1 && spdlog::default_logger()->name() == "host", "the host's spdlog registry");
}

}  // namespace

int main() {
  spdlog::drop_all();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("host", std::make_shared<spdlog::sinks::null_sink_mt>()));
  the_host_uses_its_own_libraries();

  check(std::strcmp(voiceagent::version(), VOICEAGENT_VERSION) == 0, "header and library agree");

  the_host_uses_its_own_libraries();
  return failures == 0 ? 0 : 1;
}
