// Short ways to write the turn manager's commands.
#pragma once

#include "core/turn/turn_types.h"

namespace voiceagent::turns {

inline TurnCommand act(TurnAction action, TurnId turn = 0) {
  TurnCommand command{action};
  command.turn = turn;
  return command;
}

inline TurnCommand end_turn(TurnId turn, TurnEndReason reason) {
  TurnCommand command = act(TurnAction::kEndTurn, turn);
  command.reason = reason;
  return command;
}

inline TurnCommand pause(TurnId turn, Duration at) {
  TurnCommand command = act(TurnAction::kPauseUtterance, turn);
  command.at = at;
  return command;
}

inline TurnCommand close(CloseReason reason) {
  TurnCommand command{TurnAction::kClose};
  command.close_reason = reason;
  return command;
}

inline TurnCommand set_timer(TurnTimer timer, Duration at) {
  TurnCommand command{TurnAction::kSetTimer};
  command.timer = timer;
  command.at = at;
  return command;
}

inline TurnCommand cancel_timer(TurnTimer timer) {
  TurnCommand command{TurnAction::kCancelTimer};
  command.timer = timer;
  return command;
}

}  // namespace voiceagent::turns
