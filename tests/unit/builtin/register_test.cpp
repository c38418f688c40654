#include <array>
#include <string>
#include <string_view>

#include "support/catch.h"
#include "voiceagent/executor.h"
#include "voiceagent/log.h"
#include "voiceagent/registry.h"

using namespace voiceagent;

namespace {

constexpr std::array kKinds = {ProviderKind::kStt, ProviderKind::kLlm, ProviderKind::kTts,
                               ProviderKind::kVad};

Registry builtin() {
  Registry registry;
  register_builtin_providers(registry);
  return registry;
}

bool knows(const Registry& registry, ProviderKind kind, std::string_view name) {
  if (registry.find(kind, name) != nullptr) return true;
  for (const auto& [missing, hint] : registry.missing(kind)) {
    if (missing == name) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("builtin: the usual names are known in every build, present or with a hint") {
  const Registry registry = builtin();
  CHECK(knows(registry, ProviderKind::kStt, "pocketsphinx"));
  CHECK(registry.find(ProviderKind::kLlm, "intents") != nullptr);
  CHECK(knows(registry, ProviderKind::kTts, "flite"));
  CHECK(knows(registry, ProviderKind::kVad, "webrtc"));
  CHECK(registry.find(ProviderKind::kVad, "energy") != nullptr);
  CHECK(registry.find(ProviderKind::kLlm, "intents") != nullptr);
}

TEST_CASE("builtin: what is not in this build says which package brings it") {
  const Registry registry = builtin();
  for (const ProviderKind kind : kKinds) {
    for (const auto& [name, hint] : registry.missing(kind)) {
      CAPTURE(name, hint);
      CHECK(registry.find(kind, name) == nullptr);
      CHECK(hint.find("install ") == 0);
    }
  }
}

TEST_CASE(
    "builtin: every provider and option is described, and the defaults pass their own check") {
  const Registry registry = builtin();
  for (const ProviderKind kind : kKinds) {
    for (const ProviderInfo* info : registry.list(kind)) {
      CAPTURE(info->name);
      CHECK_FALSE(info->description.empty());
      Options defaults;
      for (const OptionDescriptor& option : info->options) {
        CAPTURE(option.name);
        CHECK_FALSE(option.description.empty());
        defaults.set(option.name, option.default_value);
      }
      const Result<Options> checked = check_options(info->options, defaults);
      CAPTURE(checked.status().to_string());
      CHECK(checked.ok());
    }
  }
}

TEST_CASE("builtin: synthesisers, dialogues and detectors can be made from their defaults") {
  const Registry registry = builtin();
  const ProviderContext context{make_worker_pool(1), make_null_logger()};
  for (const ProviderInfo* info : registry.list(ProviderKind::kTts)) {
    CAPTURE(info->name);
    CHECK(registry.make_tts(info->name, {}, context).ok());
  }
  for (const ProviderInfo* info : registry.list(ProviderKind::kLlm)) {
    CAPTURE(info->name);
    CHECK(registry.make_llm(info->name, {}, context).ok());
  }
  for (const ProviderInfo* info : registry.list(ProviderKind::kVad)) {
    CAPTURE(info->name);
    CHECK(registry.make_vad(info->name, {}, context).ok());
  }
}
