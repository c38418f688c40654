// The course of one stream through the providers of a chain: who is tried first, and who after a
// failure. It keeps the breakers informed, and tells the observer.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/resilience/provider_health.h"
#include "voiceagent/events.h"
#include "voiceagent/provider.h"

namespace voiceagent {

// A longer chain is refused when the agent is made.
inline constexpr std::size_t kMaxChain = 8;

template <class Provider>
struct ChainLink {
  std::string name;
  std::shared_ptr<Provider> provider;
  std::shared_ptr<ProviderHealth> health;
  std::shared_ptr<const PoolBoard> pools{};  // its own; null: it was not made here
};

// A link, as far as the course is concerned.
struct CourseLink {
  std::string_view name;
  ProviderHealth* health;
};

template <class Provider>
std::vector<CourseLink> course_links(const std::vector<ChainLink<Provider>>& chain) {
  std::vector<CourseLink> links;
  for (const auto& link : chain) links.push_back({link.name, link.health.get()});
  return links;
}

// What all streams of a chain share. Not to be moved.
template <class Provider>
struct ChainShared {
  ChainShared(std::vector<ChainLink<Provider>> chain, ResilienceOptions how)
      : links(std::move(chain)), options(std::move(how)), course(course_links(links)) {}
  ChainShared(const ChainShared&) = delete;
  ChainShared& operator=(const ChainShared&) = delete;

  const std::vector<ChainLink<Provider>> links;
  const ResilienceOptions options;
  const std::vector<CourseLink> course;
};

// Gets ready who would be asked first now. Who takes over needn't be: that is rare, and each one's
// connections cost something.
template <class Provider>
void warm_up_first(const std::vector<ChainLink<Provider>>& chain, const WarmUp& means) {
  const auto asked = [](const ChainLink<Provider>& link) {
    return link.health->breaker.state() != BreakerState::kOpen;
  };
  const auto first = std::ranges::find_if(chain, asked);
  (first != chain.end() ? *first : chain.front()).provider->warm_up(means);
}

// The longest that a chain of `links` providers may take until it has failed, when each may take
// `deadline` for its part.
Duration longest_course(const ResilienceOptions& options, std::size_t links, Duration deadline);

class Course {
 public:
  // `links` and `options` must outlive it.
  Course(Stage stage, const std::vector<CourseLink>& links, const ResilienceOptions& options,
         const StreamContext& context, std::string_view session_id);

  // Who is tried first, and first again: the first one that is not to be left alone, or else the
  // first. The observer may cancel the stream in the meantime.
  std::size_t begin();
  // Nothing is owed, and what comes next is another request: who is asked for it instead of `link`.
  // Nothing: nobody before it is to be asked. The observer may cancel the stream in the meantime.
  std::optional<std::size_t> back(std::size_t link);

  struct Step {
    std::size_t link = 0;
    Duration wait{0};
  };
  struct Failure {
    const Status& status;
    bool started = false;   // a part had come already
    bool deadline = false;  // nothing was said: its time was over
  };
  // The provider at `link` failed; what now? Nothing: all is lost. The observer is told, and may
  // cancel the stream in the meantime.
  std::optional<Step> after(std::size_t link, const Failure& failure);
  // The step isn't taken: whoever was told of it wanted no more.
  void unused(const std::optional<Step>& step) {
    if (step) abandoned(step->link);
  }
  // A second provider for hedging: another one than `link` that would be admitted, or the same.
  std::size_t other(std::size_t link);

  void succeeded(std::size_t link);
  // What was asked for has come: what comes next is tried as if it were the first.
  void renew(std::size_t link);
  void abandoned(std::size_t link) {
    links_[link].health->breaker.abandoned(std::exchange(probes_[link], 0));
  }
  void delayed(std::size_t link, Duration waited);
  // Only tells the breaker: somebody else carries on.
  void note_failure(std::size_t link, ErrorCode code);
  // Whether there is somebody who has not been tried.
  bool has_fresh() const;

 private:
  bool admit(std::size_t link);
  std::optional<std::size_t> admitted_before(std::size_t link);
  std::optional<std::size_t> admitted_after(std::size_t link);
  std::optional<std::size_t> fresh_after(std::size_t link);
  Duration backoff(int tries);
  void tell_breaker(std::size_t link, BreakerState state, Duration pause);

  const Stage stage_;
  const std::vector<CourseLink>& links_;
  const ResilienceOptions& options_;
  const StreamContext context_;
  std::uint64_t chance_;
  std::array<std::uint8_t, kMaxChain> tries_{};
  std::array<CircuitBreaker::Probe, kMaxChain> probes_{};  // that this stream was let through as
};

}  // namespace voiceagent
