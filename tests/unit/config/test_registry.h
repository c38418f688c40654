// A registry with made-up providers, for the tests of configuration.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "voiceagent/registry.h"

namespace voiceagent {

inline OptionDescriptor option(std::string name, OptionType type, OptionValue default_value,
                               std::string description) {
  OptionDescriptor result;
  result.name = std::move(name);
  result.type = type;
  result.default_value = std::move(default_value);
  result.description = std::move(description);
  return result;
}

inline Registry test_registry() {
  OptionDescriptor beam = option("beam", OptionType::kInteger, std::int64_t{10}, "How wide.");
  beam.min = 1;
  beam.max = 100;
  beam.environment = "EAR_BEAM";
  OptionDescriptor model = option("model", OptionType::kPath, std::string(), "Where it is.");
  OptionDescriptor decode = option("decode", OptionType::kString, std::string("live"), "How.");
  decode.choices = {"live", "whole"};
  const OptionDescriptor speed = option("speed", OptionType::kNumber, 1.0, "How fast.");
  const auto unused = [](const Options&, const ProviderContext&) { return unsupported("unused"); };

  Registry registry;
  registry.add({"ear", "Hears.", {beam, model, decode}}, ProviderFactory<SttProvider>(unused));
  registry.add({"shell", "Hears the sea.", {option("salt", OptionType::kBool, false, "Salty.")}},
               ProviderFactory<SttProvider>(unused));
  registry.add({"mouth", "Speaks.", {speed}}, ProviderFactory<TtsProvider>(unused));
  registry.add_missing(ProviderKind::kStt, "cochlea", "install libcochlea-dev and build again");
  return registry;
}

}  // namespace voiceagent
