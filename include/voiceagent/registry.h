/// @file
/// The registry: which providers there are, what options they take, and how to make them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "voiceagent/llm.h"
#include "voiceagent/options.h"
#include "voiceagent/provider.h"
#include "voiceagent/stt.h"
#include "voiceagent/tts.h"
#include "voiceagent/vad.h"

namespace voiceagent {

/// Makes a provider from checked options. May block (it loads models); any thread.
template <class Provider>
using ProviderFactory = std::function<Result<std::shared_ptr<Provider>>(
    const Options& options, const ProviderContext& context)>;

/// What a provider says about itself.
struct ProviderInfo {
  std::string name;                       ///< As configuration files write it.
  std::string description;                ///< One sentence.
  std::vector<OptionDescriptor> options;  ///< What it can be told.
};

/// What the registry knows of one kind of provider.
template <class Provider>
struct ProviderEntry {
  ProviderInfo info;                  ///< What it says about itself.
  ProviderFactory<Provider> factory;  ///< Makes one.
};

/// Names to factories. A plain object: fill it before the engine is made, then it is only read,
/// from any thread.
class VOICEAGENT_EXPORT Registry {
 public:
  /// @name Adding
  /// Adds a provider, or replaces the one of that name.
  /// @{
  void add(ProviderInfo info, ProviderFactory<SttProvider> factory);
  void add(ProviderInfo info, ProviderFactory<LlmProvider> factory);
  void add(ProviderInfo info, ProviderFactory<TtsProvider> factory);
  void add(ProviderInfo info, ProviderFactory<VadProvider> factory);
  /// @}

  /// Notes that a provider is known but not part of this build, and how to get it: a later request
  /// for it fails with that hint instead of "unknown".
  void add_missing(ProviderKind kind, std::string name, std::string how_to_get_it);

  /// @name Making
  /// Checks the options and makes a provider. kNotFound for an unknown name, with those that exist;
  /// kUnsupported with a hint for one that is not in this build. May block.
  /// @{
  Result<std::shared_ptr<SttProvider>> make_stt(std::string_view name, const Options& options,
                                                const ProviderContext& context) const;
  Result<std::shared_ptr<LlmProvider>> make_llm(std::string_view name, const Options& options,
                                                const ProviderContext& context) const;
  Result<std::shared_ptr<TtsProvider>> make_tts(std::string_view name, const Options& options,
                                                const ProviderContext& context) const;
  Result<std::shared_ptr<VadProvider>> make_vad(std::string_view name, const Options& options,
                                                const ProviderContext& context) const;
  /// @}

  /// What providers of a kind there are, by name. Pointers valid until the registry changes.
  std::vector<const ProviderInfo*> list(ProviderKind kind) const;
  /// One of them, or null.
  const ProviderInfo* find(ProviderKind kind, std::string_view name) const;
  /// Those that are not in this build: name and how to get it.
  std::vector<std::pair<std::string, std::string>> missing(ProviderKind kind) const;

 private:
  template <class Provider>
  using Entries = std::map<std::string, ProviderEntry<Provider>, std::less<>>;

  Entries<SttProvider> stt_;
  Entries<LlmProvider> llm_;
  Entries<TtsProvider> tts_;
  Entries<VadProvider> vad_;
  std::map<std::pair<ProviderKind, std::string>, std::string> missing_;
};

/// Adds everything that this build brings along. There are no static registrars: a host that wants
/// only its own providers simply doesn't call this.
VOICEAGENT_EXPORT void register_builtin_providers(Registry& registry);

}  // namespace voiceagent
