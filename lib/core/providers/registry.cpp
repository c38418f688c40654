#include "voiceagent/registry.h"

namespace voiceagent {
namespace {

template <class Entries>
std::string names_of(const Entries& entries) {
  std::string names;
  for (const auto& [name, entry] : entries) names += (names.empty() ? "" : ", ") + name;
  return names.empty() ? "none" : names;
}

using Missing = std::map<std::pair<ProviderKind, std::string>, std::string>;

template <class Entries>
Status no_such(ProviderKind kind, std::string_view name, const Entries& entries,
               const Missing& missing) {
  const std::string what = std::string(to_string(kind)) + " provider '" + std::string(name) + "'";
  if (const auto it = missing.find({kind, std::string(name)}); it != missing.end()) {
    return unsupported(what + " is not part of this build: " + it->second);
  }
  return not_found("unknown " + what + "; there are: " + names_of(entries));
}

// Checks the options and calls the factory; the error says which provider it is about.
template <class Provider, class Entries>
Result<std::shared_ptr<Provider>> make(ProviderKind kind, std::string_view name,
                                       const Options& options, const ProviderContext& context,
                                       const Entries& entries, const Missing& missing) {
  const auto it = entries.find(name);
  if (it == entries.end()) return no_such(kind, name, entries, missing);
  const std::string where = std::string(to_string(kind)) + " provider '" + std::string(name) + "'";
  Result<Options> checked = check_options(it->second.info.options, options);
  if (!checked.ok()) return checked.status().within(where);
  Result<std::shared_ptr<Provider>> made = it->second.factory(*checked, context);
  if (!made.ok()) return made.status().within(where);
  if (*made == nullptr) return internal_error(where + ": its factory made nothing");
  return made;
}

template <class Entries>
std::vector<const ProviderInfo*> infos_of(const Entries& entries) {
  std::vector<const ProviderInfo*> infos;
  for (const auto& [name, entry] : entries) infos.push_back(&entry.info);
  return infos;
}

template <class Provider, class Entries>
void put(Entries& entries, ProviderInfo info, ProviderFactory<Provider> factory) {
  std::string name = info.name;
  entries.insert_or_assign(std::move(name),
                           ProviderEntry<Provider>{std::move(info), std::move(factory)});
}

}  // namespace

void Registry::add(ProviderInfo info, ProviderFactory<SttProvider> factory) {
  put(stt_, std::move(info), std::move(factory));
}
void Registry::add(ProviderInfo info, ProviderFactory<LlmProvider> factory) {
  put(llm_, std::move(info), std::move(factory));
}
void Registry::add(ProviderInfo info, ProviderFactory<TtsProvider> factory) {
  put(tts_, std::move(info), std::move(factory));
}
void Registry::add(ProviderInfo info, ProviderFactory<VadProvider> factory) {
  put(vad_, std::move(info), std::move(factory));
}

void Registry::add_missing(ProviderKind kind, std::string name, std::string how_to_get_it) {
  missing_.insert_or_assign({kind, std::move(name)}, std::move(how_to_get_it));
}

Result<std::shared_ptr<SttProvider>> Registry::make_stt(std::string_view name,
                                                        const Options& options,
                                                        const ProviderContext& context) const {
  return make<SttProvider>(ProviderKind::kStt, name, options, context, stt_, missing_);
}
Result<std::shared_ptr<LlmProvider>> Registry::make_llm(std::string_view name,
                                                        const Options& options,
                                                        const ProviderContext& context) const {
  return make<LlmProvider>(ProviderKind::kLlm, name, options, context, llm_, missing_);
}
Result<std::shared_ptr<TtsProvider>> Registry::make_tts(std::string_view name,
                                                        const Options& options,
                                                        const ProviderContext& context) const {
  return make<TtsProvider>(ProviderKind::kTts, name, options, context, tts_, missing_);
}
Result<std::shared_ptr<VadProvider>> Registry::make_vad(std::string_view name,
                                                        const Options& options,
                                                        const ProviderContext& context) const {
  return make<VadProvider>(ProviderKind::kVad, name, options, context, vad_, missing_);
}

std::vector<const ProviderInfo*> Registry::list(ProviderKind kind) const {
  switch (kind) {
    case ProviderKind::kStt: return infos_of(stt_);
    case ProviderKind::kLlm: return infos_of(llm_);
    case ProviderKind::kTts: return infos_of(tts_);
    case ProviderKind::kVad: return infos_of(vad_);
  }
  return {};
}

const ProviderInfo* Registry::find(ProviderKind kind, std::string_view name) const {
  for (const ProviderInfo* info : list(kind)) {
    if (info->name == name) return info;
  }
  return nullptr;
}

std::vector<std::pair<std::string, std::string>> Registry::missing(ProviderKind kind) const {
  std::vector<std::pair<std::string, std::string>> result;
  for (const auto& [key, hint] : missing_) {
    if (key.first == kind) result.emplace_back(key.second, hint);
  }
  return result;
}

}  // namespace voiceagent
