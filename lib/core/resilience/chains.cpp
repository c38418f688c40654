#include "core/resilience/chains.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/resilience/llm_chain.h"
#include "core/resilience/stt_chain.h"
#include "core/resilience/tts_chain.h"

namespace voiceagent {
namespace {

template <class Provider>
using Choices = std::vector<const ProviderChoice<Provider>*>;

std::string in_quotes(const std::string& name) { return "'" + name + "'"; }

std::string text_of(const OptionValue& value) {
  return std::visit(
      [](const auto& held) {
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(held)>, std::string>) {
          return held;
        } else {
          return std::to_string(held);
        }
      },
      value);
}

// The same for choices that mean the same provider.
template <class Provider>
std::string key_of(std::string_view kind, const ProviderChoice<Provider>& choice) {
  std::string key = std::string(kind) + '\n' + choice.name;
  if (choice.instance != nullptr) {
    return key + '@' + std::to_string(reinterpret_cast<std::uintptr_t>(choice.instance.get()));
  }
  for (const auto& [name, value] : choice.options.values()) {
    key += '\n' + name + '=' + text_of(value);
  }
  return key;
}

// The chain as one list, or why it is none.
template <class Provider>
Result<Choices<Provider>> list_of(std::string_view kind, const ProviderChoice<Provider>& first) {
  const std::string place(kind);
  Choices<Provider> choices{&first};
  std::vector<std::string> keys{key_of(kind, first)};
  const auto is_none = [](const auto& choice) {
    return choice.instance == nullptr && choice.name.empty();
  };
  if (first.fallbacks.size() >= kMaxChain) {
    return invalid_argument(place + ": " + std::to_string(first.fallbacks.size()) +
                            " fallbacks; at most " + std::to_string(kMaxChain - 1) +
                            " are possible");
  }
  if (is_none(first) && !first.fallbacks.empty()) {
    return invalid_argument(place + ": there are fallbacks, but no provider to begin with");
  }
  for (const auto& fallback : first.fallbacks) {
    if (is_none(fallback)) {
      return invalid_argument(place + ": fallback " + std::to_string(choices.size()) +
                              " names no provider");
    }
    if (!fallback.fallbacks.empty()) {
      return invalid_argument(place + ": the fallback " + in_quotes(fallback.name) +
                              " has fallbacks of its own; list them all with the first provider");
    }
    std::string key = key_of(kind, fallback);
    if (std::ranges::find(keys, key) != keys.end()) {
      return invalid_argument(place + ": the chain of fallbacks comes back to " +
                              in_quotes(fallback.name) + ": each provider may be in it once");
    }
    keys.push_back(std::move(key));
    choices.push_back(&fallback);
  }
  return choices;
}

// The host's objects, or what `make(choice, context)` makes.
template <class Provider, class Make>
Result<std::vector<ChainLink<Provider>>> links_of(ProviderKind kind,
                                                  const ProviderChoice<Provider>& first,
                                                  const ChainParts& parts, Make make) {
  const auto choices = list_of(to_string(kind), first);
  if (!choices.ok()) return choices.status();
  std::vector<ChainLink<Provider>> links;
  for (const ProviderChoice<Provider>* choice : *choices) {
    if (choice->instance == nullptr && choice->name.empty()) break;  // the mode does without
    ChainLink<Provider> link{choice->name, choice->instance,
                             parts.board.of(key_of(to_string(kind), *choice))};
    if (link.provider == nullptr) {
      ProviderContext context = parts.context;
      context.pools = std::make_shared<PoolBoard>(parts.context.pools);
      link.pools = context.pools;
      Result<std::shared_ptr<Provider>> made = make(*choice, context);
      if (!made.ok()) return made.status();
      link.provider = std::move(*made);
    }
    parts.watched.push_back({kind, link.name, link.health});
    links.push_back(std::move(link));
  }
  return links;
}

// A lone provider that is not tried again needs no wrapper.
bool needs_wrapper(const ResilienceOptions& options, std::size_t links) {
  return links > 1 || options.retries > 0 || options.hedging;
}

template <class Chain, class Provider, class... Parts>
Result<MadeChain<Provider>> wrap(Result<std::vector<ChainLink<Provider>>> links,
                                 const ResilienceOptions& options, Parts... parts) {
  if (!links.ok()) return links.status();
  MadeChain<Provider> made;
  if (links->empty()) return made;
  for (const ChainLink<Provider>& link : *links) made.pools.add(link.pools);
  // One agent's providers may be another's: what is a chain already isn't tried again as a whole.
  const bool is_chain = dynamic_cast<const Chain*>(links->front().provider.get()) != nullptr;
  if (!needs_wrapper(options, links->size()) || (links->size() == 1 && is_chain)) {
    made.provider = std::move(links->front().provider);
  } else {
    made.provider = std::make_shared<Chain>(std::move(*links), options, parts...);
  }
  return made;
}

template <class Provider>
Duration patience(const AgentOptions& agent, const ProviderChoice<Provider>& choice, Duration first,
                  Duration stall) {
  const std::size_t links = 1 + choice.fallbacks.size();
  if (!needs_wrapper(agent.resilience, links)) return first;
  return longest_course(agent.resilience, links, std::max(first, stall));
}

}  // namespace

Result<MadeChain<SttProvider>> make_stt_chain(const AgentOptions& agent, const ChainParts& parts) {
  const auto make = [&parts](const ProviderChoice<SttProvider>& choice,
                             const ProviderContext& context) {
    return parts.registry.make_stt(choice.name, choice.options, context);
  };
  return wrap<SttChain>(links_of<SttProvider>(ProviderKind::kStt, agent.stt, parts, make),
                        agent.resilience);
}

Result<MadeChain<LlmProvider>> make_llm_chain(const AgentOptions& agent, const ChainParts& parts) {
  const auto make = [&parts](const ProviderChoice<LlmProvider>& choice,
                             const ProviderContext& context) {
    return parts.registry.make_llm(choice.name, choice.options, context);
  };
  return wrap<LlmChain>(links_of<LlmProvider>(ProviderKind::kLlm, agent.llm, parts, make),
                        agent.resilience);
}

Result<MadeChain<TtsProvider>> make_tts_chain(const AgentOptions& agent, const ChainParts& parts) {
  const auto make = [&parts](const ProviderChoice<TtsProvider>& choice,
                             const ProviderContext& context) {
    return parts.registry.make_tts(choice.name, choice.options, context);
  };
  return wrap<TtsChain>(links_of<TtsProvider>(ProviderKind::kTts, agent.tts, parts, make),
                        agent.resilience, parts.frames);
}

Duration reply_patience(const AgentOptions& agent) {
  const ResilienceOptions& options = agent.resilience;
  return patience(agent, agent.llm, options.first_token, options.token_stall);
}

Duration speech_patience(const AgentOptions& agent) {
  const ResilienceOptions& options = agent.resilience;
  return patience(agent, agent.tts, options.first_audio, options.audio_stall);
}

}  // namespace voiceagent
