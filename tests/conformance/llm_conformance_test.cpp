// What LlmProvider and LlmStream promise, checked on every implementation, in virtual time and with
// threads.
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/utf8.h"
#include "providers/llm/intents/intents_llm.h"
#include "support/catch.h"
#include "support/gate.h"
#include "support/llm_probe.h"
#include "support/temp_dir.h"
#include "support/workbench.h"
#include "voiceagent/llm.h"
#include "voiceagent/sim.h"

using namespace voiceagent;
using test::LlmProbe;
using test::LlmRecord;
using test::Workbench;

namespace {

struct Implementation {
  std::string name;
  std::function<std::shared_ptr<LlmProvider>()> make;
  bool tells_intent = false;
};

// What each of them answers to "hello".
constexpr std::string_view kReply =
    "Grüß Gott, hello 你好 and wel\u00ADcome 👋! How can I help you?";

std::shared_ptr<LlmProvider> make_intents() {
  const test::TempDir dir;
  const std::string json =
      R"({"version": 1, "did_not_understand": ["Pardon?"], "intents": [
          {"name": "hello", "sentences": ["hello"], "replies": [")" +
      std::string(kReply) + R"("]}]})";
  const std::string path = dir.write("intents.json", std::as_bytes(std::span(json)));
  const Result<Options> options =
      check_options(intents_llm_info().options, Options().set("file", path));
  return make_intents_llm(options.value(), {}).value();
}

// Emits word by word, and stops when nobody listens any more.
Status emit_words(std::span<const Message>, const EmitText& emit) {
  for (const std::string_view word : split_words(kReply)) {
    if (!emit(std::string(word) + " ")) break;
  }
  return {};
}

std::vector<Implementation> implementations() {
  return {
      {"intents", make_intents, true},
      {"scripted", [] { return sim::scripted_llm(sim::fixed_reply(std::string(kReply))); }},
      {"scripted, slow",
       [] {
         return sim::scripted_llm(sim::fixed_reply(
             std::string(kReply), std::chrono::milliseconds(3), std::chrono::milliseconds(1)));
       }},
      {"from a function", [] { return llm_from_function(emit_words); }},
  };
}

// A provider on a bench, and a stream of it.
class Subject {
 public:
  Subject(std::shared_ptr<LlmProvider> provider, Workbench bench, LlmProbe& probe)
      : bench_(std::move(bench)), provider_(std::move(provider)), probe_(probe) {}

  // A stream may only go once it has said closed().
  ~Subject() {
    cancel();
    wait_closed();
    bench_.call([&] { stream_.reset(); });
  }

  // Asks; everything that is passed is gone as soon as start() has returned.
  Status start(const std::vector<std::pair<Role, std::string>>& conversation) {
    Status status;
    bench_.call([&] {
      auto texts = std::make_unique<std::vector<std::pair<Role, std::string>>>(conversation);
      auto messages = std::make_unique<std::vector<Message>>();
      for (const auto& [role, text] : *texts) messages->push_back({role, text, false});
      LlmRequest request;
      request.context = bench_.context();
      request.messages = *messages;
      auto stream = provider_->start(request, probe_);
      status = stream.status();
      if (stream.ok()) stream_ = std::move(stream).value();
    });
    return status;
  }
  Status start(std::string_view said = "hello") {
    return start({{Role::kUser, std::string(said)}});
  }

  void cancel() {
    bench_.call([&] { cancel_here(); });
  }
  // On the executor already.
  void cancel_here() {
    if (stream_ != nullptr) stream_->cancel();
  }

  template <class Reached>
  bool wait(Reached reached) {
    return bench_.wait(probe_, reached);
  }
  bool wait_closed() {
    return stream_ == nullptr || wait([](const LlmRecord& r) { return r.has('c'); });
  }

  const Workbench& bench() const { return bench_; }

 private:
  Workbench bench_;
  std::shared_ptr<LlmProvider> provider_;
  LlmProbe& probe_;
  std::unique_ptr<LlmStream> stream_;
};

using MakeBench = std::function<Workbench()>;

// Runs `check` for each implementation and each kind of time.
template <class Check>
void for_all(Check check) {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name << " in virtual time") {
      check(implementation, [] { return Workbench::virtual_time(); });
    }
    DYNAMIC_SECTION(implementation.name << " with threads") {
      check(implementation, [] { return Workbench::real_threads(); });
    }
  }
}

// In order: an intent at most, text, done or an error, and closed, once and last.
void check_ended(const LlmRecord& record) {
  CAPTURE(record.log, record.error.message());
  std::string_view rest = record.log;
  if (rest.starts_with('i')) rest.remove_prefix(1);
  while (rest.starts_with('t')) rest.remove_prefix(1);
  if (rest.starts_with('d') || rest.starts_with('e')) rest.remove_prefix(1);
  CHECK(rest == "c");
  for (const std::string& piece : record.pieces) CHECK(is_valid_utf8(piece));
}

LlmRecord ask(const Implementation& implementation, const MakeBench& bench,
              const std::vector<std::pair<Role, std::string>>& conversation) {
  LlmProbe probe;
  Subject subject(implementation.make(), bench(), probe);
  REQUIRE(subject.start(conversation).ok());
  REQUIRE(subject.wait_closed());
  return probe.record();
}

bool is_whole_reply(const LlmRecord& record) { return trim(record.text()) == kReply; }

}  // namespace

TEST_CASE("llm: a reply comes in pieces of valid UTF-8, then done, then closed") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    const LlmRecord record = ask(implementation, bench, {{Role::kUser, "hello"}});
    check_ended(record);
    CHECK(record.log.ends_with("dc"));
    CHECK(record.reason == FinishReason::kStop);
    CHECK(is_whole_reply(record));
    CHECK(record.pieces.size() > 3);
  });
}

TEST_CASE("llm: an intent comes before the first text") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    const LlmRecord record = ask(implementation, bench, {{Role::kUser, "hello"}});
    CHECK(record.has('i') == implementation.tells_intent);
    if (!implementation.tells_intent) return;
    CHECK(record.log.starts_with("it"));
    CHECK(record.intent == "hello");
    CHECK(record.confidence > 0.9F);
  });
}

TEST_CASE("llm: cancel closes from any state, once") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    const std::vector<std::pair<const char*, std::function<void(Subject&)>>> states = {
        {"just started", [](Subject&) {}},
        {"after the first text",
         [](Subject& s) { s.wait([](const LlmRecord& r) { return r.has('t'); }); }},
        {"after the third text",
         [](Subject& s) { s.wait([](const LlmRecord& r) { return r.pieces.size() > 2; }); }},
        {"done", [](Subject& s) { s.wait([](const LlmRecord& r) { return r.has('d'); }); }},
        {"closed", [](Subject& s) { s.wait_closed(); }},
    };
    for (const auto& [name, reach] : states) {
      CAPTURE(name);
      LlmProbe probe;
      {
        Subject subject(implementation.make(), bench(), probe);
        REQUIRE(subject.start().ok());
        reach(subject);
        subject.cancel();
        subject.cancel();
        CHECK(subject.wait_closed());
        subject.cancel();
      }
      check_ended(probe.record());
      CHECK(probe.record().error.ok());
    }
  });
}

TEST_CASE("llm: cancel inside a callback stops at once where the callback is on the executor") {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name) {
      for (const char state : {'i', 't', 'd', 'c'}) {
        CAPTURE(state);
        LlmProbe probe;
        Subject subject(implementation.make(), Workbench::virtual_time(), probe);
        probe.on_call = [&](char what) {
          if (what == state) subject.cancel_here();
        };
        REQUIRE(subject.start().ok());
        REQUIRE(subject.wait_closed());
        const LlmRecord record = probe.record();
        check_ended(record);
        if (state == 't') CHECK(record.pieces.size() == 1);
      }
    }
  }
}

TEST_CASE("llm: a request without messages is answered, or fails properly") {
  for_all([](const Implementation& implementation, const MakeBench& bench) {
    const LlmRecord record = ask(implementation, bench, {});
    check_ended(record);
    CHECK((record.has('d') || record.has('e')));
  });
}

TEST_CASE("llm: odd messages are answered") {
  const std::string huge(1'000'000, 'x');
  std::string many_words;
  for (int i = 0; i < 100'000; ++i) many_words += "word ";
  const std::vector<std::string> texts = {"",
                                          " \n\t ",
                                          "...",
                                          std::string("a\0b", 3),
                                          "\xFF\xFE\xC3 hi \xE2\x80",
                                          huge,
                                          many_words,
                                          "{heard} [(|",
                                          "👩‍👩‍👧 🏳️‍🌈",
                                          "%s%n",
                                          "\x1B[31m"};
  for_all([&](const Implementation& implementation, const MakeBench& bench) {
    for (const std::string& text : texts) {
      const LlmRecord record = ask(implementation, bench, {{Role::kUser, text}});
      check_ended(record);
      CHECK(record.has('d'));
      CHECK_FALSE(record.text().empty());
    }
  });
}

TEST_CASE("llm: a long conversation with every role is answered") {
  std::vector<std::pair<Role, std::string>> conversation{{Role::kSystem, "Be brief."}};
  for (int i = 0; i < 200; ++i) {
    conversation.emplace_back(Role::kUser, "and then?");
    conversation.emplace_back(Role::kTool, "{}");
    conversation.emplace_back(Role::kAssistant, "Then \xFF nothing.");
  }
  conversation.emplace_back(Role::kUser, "hello");
  for_all([&](const Implementation& implementation, const MakeBench& bench) {
    const LlmRecord record = ask(implementation, bench, conversation);
    check_ended(record);
    CHECK(is_whole_reply(record));
  });
}

TEST_CASE("llm: one provider serves many streams on several executors at once") {
  constexpr int kStreams = 16;
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name) {
      const std::shared_ptr<LlmProvider> provider = implementation.make();
      std::vector<std::vector<LlmProbe>> probes;
      for (int i = 0; i < 4; ++i) probes.emplace_back(kStreams);
      std::vector<std::thread> threads;
      for (std::vector<LlmProbe>& own : probes) {
        threads.emplace_back([&own, &provider] {
          const Workbench bench = Workbench::real_threads(2);
          std::vector<std::unique_ptr<Subject>> subjects;
          for (LlmProbe& probe : own) {
            subjects.push_back(std::make_unique<Subject>(provider, bench, probe));
            if (!subjects.back()->start().ok()) return;
            if (subjects.size() % 4 == 0) subjects.back()->cancel();
          }
          for (const auto& subject : subjects) subject->wait_closed();
        });
      }
      for (std::thread& thread : threads) thread.join();
      for (const std::vector<LlmProbe>& own : probes) {
        for (std::size_t i = 0; i < own.size(); ++i) {
          const LlmRecord record = own[i].record();
          check_ended(record);
          if (i % 4 != 3) CHECK(is_whole_reply(record));
        }
      }
    }
  }
}

TEST_CASE("llm: without room for work a stream is refused, or fails and closes") {
  for (const Implementation& implementation : implementations()) {
    DYNAMIC_SECTION(implementation.name) {
      test::Gate running;
      test::Gate release;
      const auto executor = make_thread_executor();
      const auto workers = make_worker_pool(1, 1);
      const auto logger = make_null_logger();
      REQUIRE(workers
                  ->submit([&] {
                    running.open();
                    [[maybe_unused]] const bool opened = release.wait();
                  })
                  .ok());
      REQUIRE(running.wait());
      REQUIRE(workers->submit([] {}).ok());

      LlmProbe probe;
      const std::vector<Message> messages{{Role::kUser, "hello", false}};
      LlmRequest request;
      request.context = {executor.get(), workers.get(), logger.get()};
      request.messages = messages;
      auto stream = implementation.make()->start(request, probe);
      if (stream.ok()) CHECK(probe.wait([](const LlmRecord& r) { return r.has('c'); }));
      release.open();
      const LlmRecord record = probe.record();
      if (stream.ok()) {
        check_ended(record);
        CHECK((record.has('d') || record.has('e')));
      } else {
        CHECK(record.log.empty());
      }
    }
  }
}

TEST_CASE("llm: a start that fails calls nothing back") {
  LlmProbe probe;
  const auto stream = make_intents()->start(LlmRequest{}, probe);
  CHECK(stream.status().code() == ErrorCode::kInvalidArgument);
  CHECK(probe.record().log.empty());
}
