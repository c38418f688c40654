#include "core/turn/strategies/strategies.h"

namespace voiceagent {

TurnStrategies default_turn_strategies(const TurnOptions& options) {
  TurnStrategies all;
  all.start_of_speech = std::make_shared<DefaultStartOfSpeech>();
  all.interruption = std::make_shared<DefaultInterruption>(options);
  all.end_of_turn = std::make_shared<DefaultEndOfTurn>(options);
  all.mute = std::make_shared<DefaultMute>(options);
  all.idle = std::make_shared<DefaultIdle>(options);
  return all;
}

}  // namespace voiceagent
