#include "sim/random_pools.h"

#include <chrono>

namespace voiceagent::sim {
namespace {

PoolScript draw_pool(Chance& chance) {
  PoolScript pool;
  if (!chance.yes(0.15)) return pool;
  pool.maximum = chance.yes(0.7) ? 1 : 2;
  if (chance.yes(0.6)) pool.patience = std::chrono::milliseconds(chance.between(50, 2000));
  if (chance.yes(0.3)) {
    pool.taken = static_cast<std::size_t>(chance.between(1, 2));
    pool.taken_for = std::chrono::milliseconds(chance.between(0, 20'000));
  }
  return pool;
}

// `use(kind, script)` for each provider.
template <class Plan, class Use>
void for_each_provider(Plan& plan, Use use) {
  use("stt", plan.stt);
  use("llm", plan.llm);
  use("tts", plan.tts);
  for (auto& script : plan.stt_fallbacks) use("another stt", script);
  for (auto& script : plan.llm_fallbacks) use("another llm", script);
  for (auto& script : plan.tts_fallbacks) use("another tts", script);
}

}  // namespace

void draw_pools(RandomPlan& plan) {
  if (!plan.faults) return;
  Chance chance(plan.seed, 5);
  for_each_provider(plan, [&chance](auto, auto& script) { script.pool = draw_pool(chance); });
}

std::string describe_pools(const RandomPlan& plan) {
  std::string text;
  for_each_provider(plan, [&text](auto kind, const auto& script) {
    const PoolScript& pool = script.pool;
    if (pool.maximum == 0) return;
    const auto ms = [](Duration d) { return std::to_string(d / std::chrono::milliseconds(1)); };
    text += std::string("; ") + kind + ": " + std::to_string(pool.maximum) + " places, patience " +
            ms(pool.patience) + " ms, " + std::to_string(pool.taken) + " taken for " +
            ms(pool.taken_for) + " ms";
  });
  return text;
}

}  // namespace voiceagent::sim
