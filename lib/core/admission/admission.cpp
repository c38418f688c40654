#include "core/admission/admission.h"

#include <algorithm>
#include <string>

namespace voiceagent {
namespace {

std::string ms_text(Duration d) { return std::to_string(d.count() / 1'000'000) + " ms"; }

}  // namespace

AdmissionControl::AdmissionControl(AdmissionOptions options,
                                   std::vector<std::shared_ptr<Executor>> executors,
                                   std::shared_ptr<Executor> reporter,
                                   std::shared_ptr<Logger> logger)
    : options_(std::move(options)),
      executors_(std::move(executors),
                 {options_.max_lateness,
                  [crowd = crowd_, limit = options_.max_lateness](Duration late, Time now) {
                    look(*crowd, late, limit, now);
                  },
                  std::move(reporter), std::move(logger)}) {}

void AdmissionControl::look(Crowd& crowd, Duration late, Duration limit, Time now) {
  const Lateness found = late >= limit       ? Lateness::kWhole
                         : late >= limit / 2 ? Lateness::kHalf
                                             : Lateness::kNone;
  crowd.room.looked(found, crowd.sessions.load(), now);
}

Duration AdmissionControl::lateness() const {
  return options_.lateness ? options_.lateness() : executors_.lateness();
}

// Why the executors have no time for another session; empty: they have.
std::string AdmissionControl::too_late(std::size_t sessions) const {
  const Duration limit = options_.max_lateness;
  if (limit == Duration(0)) return {};
  if (lateness() >= limit) return "the executors run " + ms_text(limit) + " late or more";
  if (crowd_->room.has(sessions)) return {};
  return "with " + std::to_string(sessions) + " sessions the executors would run late";
}

Status AdmissionControl::refusal(std::size_t sessions, const std::string& overrun) const {
  std::string reason;
  if (options_.max_sessions > 0 && sessions > options_.max_sessions) {
    reason = "all " + std::to_string(options_.max_sessions) + " sessions are taken";
  }
  if (reason.empty() && sessions > options_.min_sessions) reason = too_late(sessions);
  if (reason.empty() && options_.pools) reason = overrun;
  if (reason.empty() && options_.busy) reason = options_.busy();
  if (reason.empty()) return {};
  return resource_exhausted("no room for another session: " + reason + "; try again in " +
                            ms_text(options_.retry_after));
}

Result<std::shared_ptr<void>> AdmissionControl::admit(const std::string& overrun) {
  const std::size_t sessions = crowd_->sessions.fetch_add(1) + 1;
  if (Status refused = refusal(sessions, overrun); !refused.ok()) {
    crowd_->sessions.fetch_sub(1);
    refused_.fetch_add(1);
    return refused;
  }
  admitted_.fetch_add(1);
  const auto leave = [crowd = crowd_](void*) { crowd->sessions.fetch_sub(1); };
  return std::shared_ptr<void>(static_cast<void*>(crowd_.get()), leave);
}

// A reply that was not prepared comes some 0.4 s later: by itself that is worse than tasks that are
// a little late, so it is given up only when refusing newcomers was not enough.
Shedding AdmissionControl::shedding() const {
  if (options_.max_lateness == Duration(0)) return Shedding::kNothing;
  const auto quarters = lateness() * 4 / options_.max_lateness;
  if (quarters >= 8) return Shedding::kPreparation;
  return static_cast<Shedding>(std::clamp<std::int64_t>(quarters - 1, 0, 2));
}

EngineLoad AdmissionControl::load() const {
  return {crowd_->sessions.load(), admitted_.load(), refused_.load(), lateness(),
          options_.retry_after,    shedding()};
}

}  // namespace voiceagent
