// Tools: their calls, what follows from them, and how the reply goes on afterwards.
#include <algorithm>
#include <utility>

#include "core/session/session_impl.h"
#include "core/tools/tool_effects.h"
#include "core/tools/tool_result.h"

namespace voiceagent {
namespace {

constexpr std::size_t kMaxNews = 16;         // results that wait to be spoken of
constexpr int kMaxFailures = 3;              // of the replies that were to speak of one
constexpr std::size_t kMaxCallIds = 10'000;  // of the model's own
constexpr Duration kLookAgain{200'000'000};  // whether a filler finds its place now

}  // namespace

// The model has given an answer: the reply's last part, or one that asks for tools.
void SessionImpl::answer_over(const Usage& usage, FinishReason reason) {
  if (!responder_.calls().empty()) return run_tools(usage, reason);
  publish_reply_done(usage, reason);
  if (!effects_.empty() && !announced()) {
    publish_error(Stage::kLlm, reply_.turn,
                  {ErrorCode::kProtocol, "the model said nothing before the tool " +
                                             effects_.front().call.tool + " took effect"});
    nothing_helped(Stage::kLlm, reply_.turn);
  }
  end_of_reply_text();
}

// Whether the model has said something with the call that has an effect, or since. Asked once after
// each of its answers.
bool SessionImpl::announced() {
  if (!effects_.empty() && responder_.worded()) reply_.announced = true;
  return reply_.announced;
}

// With ids that no other call of the session has: some models give none, or the same again. Who has
// given very many gets no more of them believed.
std::vector<ContextCall> SessionImpl::name_calls(std::vector<ContextCall> calls) {
  for (ContextCall& call : calls) {
    const bool fresh =
        !call.id.empty() && call_ids_.size() < kMaxCallIds && call_ids_.insert(call.id).second;
    if (fresh) continue;
    do {
      call.id = "call_" + std::to_string(++named_calls_);
    } while (call_ids_.contains(call.id));
  }
  return calls;
}

void SessionImpl::run_tools(const Usage& usage, FinishReason reason) {
  const std::vector<ContextCall> calls = name_calls(responder_.calls());
  const TurnId turn = reply_.turn;
  const std::size_t rounds = reply_.parts.size();  // this one included
  context_.set_answering(turn);
  context_.add_calls(turn, rounds - 1, calls);
  reply_.parts.push_back(reply_.text.size());
  reply_.usage.input_tokens += usage.input_tokens;
  reply_.usage.output_tokens += usage.output_tokens;
  if (rounds > static_cast<std::size_t>(parts_.agent->limits.max_tool_rounds)) {
    tools_.reject(turn, calls, "too many rounds of tools in one reply: answer in words");
    publish_error(Stage::kLlm, turn,
                  {ErrorCode::kResourceExhausted,
                   "the model called tools after " + std::to_string(rounds - 1) +
                       " rounds of them, though it was asked for words"});
    publish_reply_done({}, reason);
    nothing_helped(Stage::kLlm, turn);  // what it has said is no answer: it wanted to do more
    return end_of_reply_text();
  }
  waterfall_.tools_started(now());
  TurnInput started{TurnFact::kToolsStarted};
  started.turn = turn;
  fact(started);
  round_done_ = true;
  watch_silence();
  tools_.run(turn, calls);
}

void SessionImpl::tools_over() {
  const Scope scope(*this);
  waterfall_.tools_over(now());
  const TurnId turn = reply_.turn;
  TurnInput ended{TurnFact::kToolsEnded};
  ended.turn = turn;
  fact(ended);
  if (replying_ && reply_.turn == turn) go_on_after_tools();
}

void SessionImpl::go_on_after_tools() {
  // Who hangs up, or hands over, and says so has nothing to add; unless something else has failed.
  if (announced() && responder_.worded() && round_done_) {
    publish_reply_done({}, FinishReason::kToolCalls);
    return end_of_reply_text();
  }
  show_news(reply_.text.size());
  const auto rounds = static_cast<int>(reply_.parts.size()) - 1;
  const ReplyInProgress reply{reply_.turn, reply_.text, reply_.parts};
  responder_.go_on(context_.messages_of(reply), rounds < parts_.agent->limits.max_tool_rounds);
}

void SessionImpl::tool_started(TurnId turn, const ContextCall& call) {
  publish(turn, event::ToolCallStarted{call.id, call.tool, call.arguments});
}

Status SessionImpl::tool_effect(const ContextCall& call, const Tool& tool, std::string_view value,
                                std::string_view result) {
  const Scope scope(*this);
  if (tool.effect != ToolEffect::kChangeMode) {
    effects_.push_back({tool.effect, call, std::string(value), std::string(result)});
    return Status::success();
  }
  const std::optional<Mode> mode = mode_of(value);
  if (!mode) return invalid_argument("there is no mode '" + std::string(value) + "'");
  if (Status status = check_mode(parts_, *mode); !status.ok()) return status;
  change_mode(*mode);
  return Status::success();
}

void SessionImpl::tool_ended(const ToolEnd& end) {
  const Scope scope(*this);
  context_.set_result(end.call.id, end.state, end.result);
  if (!end.late && end.state != ToolState::kDone) round_done_ = false;
  if (end.state == ToolState::kCancelled) {
    publish(end.turn, event::ToolCallCancelled{end.call.id, end.call.tool, end.duration});
  } else {
    publish(end.turn, event::ToolCallFinished{end.call.id, end.call.tool, end.state, end.result,
                                              end.duration});
  }
  if (!end.late) return;
  drop_draft();  // it was made without this
  const bool told = end.state != ToolState::kCancelled &&
                    end.tool->interruption == ToolInterruption::kFinishAndTell;
  if (!told || news_.size() + shown_.size() >= kMaxNews) return;
  news_.push_back({"The call " + end.call.id + " of the tool " + end.call.tool +
                   " has ended meanwhile, with this result: " + std::string(end.result) +
                   "\nTell the user about it now."});
  fact({TurnFact::kToolTold});
}

void SessionImpl::tool_progress(TurnId turn, const ContextCall& call, std::string_view text,
                                ToolProgress how) {
  const Scope scope(*this);
  // It says how things stand now: nobody talks over the user for it, and later it may be wrong.
  if (turns_.state().user != UserPhase::kSilent) how = ToolProgress::kShown;
  publish(turn, event::ToolCallProgress{call.id, call.tool, text, how});
  const bool spoken = how == ToolProgress::kSpoken && spoken_ && replying_ && turn == reply_.turn;
  if (spoken && !responder_.active()) responder_.interject(text);
}

bool SessionImpl::tool_filler(std::string_view text) {
  const Scope scope(*this);
  const bool silent = turns_.state().user == UserPhase::kSilent;
  if (!spoken_ || !silent || !speaker_.waits_for_text()) return false;
  responder_.interject(text);
  return true;
}

// Nobody is left in silence by tools that take their time, be it many short ones.
void SessionImpl::watch_silence() {
  const ResilienceOptions& how = parts_.agent->resilience;
  if (!spoken_ || how.filler.empty() || silence_timer_.armed()) return;
  silence_timer_.arm(std::max(kLookAgain, silent_since_ + how.filler_after - now()));
}

void SessionImpl::silence_lasts() {
  const Scope scope(*this);
  if (!replying_ || !turns_.state().tools) return;  // the next round watches again
  const ResilienceOptions& how = parts_.agent->resilience;
  const bool long_enough = now() >= silent_since_ + how.filler_after;
  if (long_enough && tool_filler(how.filler)) silent_since_ = now();
  watch_silence();
}

// The agent's own turn, about results that came after the replies that had asked for them.
void SessionImpl::tell_result(TurnId turn) {
  drop_draft();
  waterfall_.begin(turn, now(), now(), now());
  show_news(0);
  begin_reply(turn);
  reply_.telling = true;
  std::string note;
  for (const News& news : shown_) note += (note.empty() ? "" : "\n") + news.text;
  responder_.ask(context_.messages_with(note, Role::kSystem));
}

// The model is asked, and sees them; what it tells of them comes after so many bytes of the reply.
void SessionImpl::show_news(std::size_t from) {
  if (news_.empty()) return;
  for (News& news : std::exchange(news_, {})) {
    news.from = from;
    shown_.push_back(std::move(news));
  }
  fact({TurnFact::kResultsSeen});
}

// The reply is over: results that nobody has heard of are news again, unless models keep failing.
void SessionImpl::settle_news() {
  bool again = false;
  for (News& news : std::exchange(shown_, {})) {
    const bool lost = (reply_.failed || reply_.interrupted) && reply_.heard_end <= news.from;
    if (!lost || (reply_.failed && ++news.failures >= kMaxFailures)) continue;
    news_.push_back(std::move(news));
    again = true;
  }
  if (!again) return;
  // Of what nobody has asked for nobody need be told that it failed, while it is tried again.
  if (reply_.telling && failure_.turn == reply_.turn) withdraw_apology();
  fact({TurnFact::kToolTold});
}

// The model must not believe that the user has gone, or was handed over.
void SessionImpl::take_back(std::string_view why) {
  const std::string text = error_text(ToolState::kCancelled, "taken back: " + std::string(why),
                                      parts_.agent->limits.max_tool_result_bytes);
  for (const Effect& effect : effects_) {
    context_.set_result(effect.call.id, ToolState::kCancelled, text);
  }
  effects_.clear();
}

// The reply that asked for them has been heard.
void SessionImpl::take_effects(const std::vector<Effect>& effects) {
  for (const Effect& effect : effects) {
    if (effect.effect == ToolEffect::kEndCall) {
      close(CloseReason::kAgent);
    } else {
      publish(reply_.turn, event::TransferRequested{effect.call.id, effect.call.tool, effect.value,
                                                    effect.result});
    }
  }
}

}  // namespace voiceagent
