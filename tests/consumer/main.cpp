// A host with a RapidJSON and an spdlog of its own: neither may notice ours.

#include <rapidjson/document.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <voiceagent/voiceagent.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>

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

// Events, exceptions and callbacks cross the library's boundary, and their types keep their
// identity.
void a_conversation_in_virtual_time() {
  namespace va = voiceagent;
  using namespace std::chrono_literals;
  va::AgentOptions options;
  options.stt.instance = va::sim::scripted_stt();
  options.llm.instance = va::llm_from_function([](auto, const va::EmitText& emit) {
    emit("Good morning.");
    return va::Status::success();
  });
  options.tts.instance = va::sim::scripted_tts();
  options.vad.instance = va::sim::level_vad();
  const auto time = va::VirtualExecutor::create();
  va::EngineOptions engine;
  engine.executors = {time};
  engine.workers = time->workers();
  auto agent = va::Engine::create(engine).value()->make_agent(options).value();

  va::Conversation talk(agent, {}, time);
  std::string heard;
  std::size_t samples = 0;
  talk.on<va::event::PlaybackFinished>([&](const auto& e) { heard = e.heard; });
  talk.on_audio([&](va::AudioView audio) { samples += audio.samples.size(); });
  check(talk.push_text("hello").ok(), "a typed line is taken");
  check(talk.wait_until_idle(10s), "the conversation comes to rest");
  check(heard == "Good morning." && samples > 0, "the reply is heard");

  options.voice.clear();
  options.stt = {"nobody", {}, nullptr};
  try {
    const va::Conversation refused(options);
    check(false, "an unknown provider is refused");
  } catch (const va::StatusError& error) {
    check(error.status().code() == va::ErrorCode::kNotFound, "an unknown provider is refused");
  }
}

}  // namespace

int main() {
  spdlog::drop_all();
  spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("host", std::make_shared<spdlog::sinks::null_sink_mt>()));
  the_host_uses_its_own_libraries();

  check(std::strcmp(voiceagent::version(), VOICEAGENT_VERSION) == 0, "header and library agree");
  a_conversation_in_virtual_time();

  the_host_uses_its_own_libraries();
  return failures == 0 ? 0 : 1;
}
