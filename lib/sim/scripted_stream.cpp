#include "sim/scripted_stream.h"

#include <array>

namespace voiceagent::sim {

Fate draw_fate(const Faults& faults, Chance& chance) {
  double drawn = chance.unit();
  if ((drawn -= faults.error) < 0) return Fate::kError;
  if ((drawn -= faults.disconnect) < 0) return Fate::kDisconnect;
  if ((drawn -= faults.stall) < 0) return Fate::kStall;
  return Fate::kFine;
}

Status draw_failure(const Faults& faults, Chance& chance) {
  constexpr std::array kCodes{ErrorCode::kUnavailable, ErrorCode::kTimeout,
                              ErrorCode::kResourceExhausted, ErrorCode::kProtocol,
                              ErrorCode::kInternal};
  const ErrorCode code = kCodes[chance.below(kCodes.size())];
  return {code, mangle("the script says that this goes wrong", faults, chance)};
}

std::string mangle(std::string_view text, const Faults& faults, Chance& chance) {
  std::string mangled(text);
  if (text.empty() || !chance.yes(faults.invalid_utf8)) return mangled;
  constexpr std::array kBytes{'\xC3', '\xFF', '\x80', '\xE2'};
  mangled.insert(chance.below(text.size() + 1), 1, kBytes[chance.below(kBytes.size())]);
  return mangled;
}

}  // namespace voiceagent::sim
