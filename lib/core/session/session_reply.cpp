// Replies: how they begin, what is prepared, what was heard of them, how they end.
#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/utf8.h"
#include "core/resilience/chains.h"
#include "core/session/session_impl.h"

namespace voiceagent {

void SessionImpl::request_reply(TurnId turn) {
  const bool prepared = draft_.active && draft_.words == normalise_words(reading_.text()) &&
                        turn == turns_.state().user_turn;
  waterfall_.begin(turn, ended_.origin, ended_.decided, ended_.settled);
  if (turn > failure_.turn) withdraw_apology();
  show_news(0);  // what is prepared was asked for since
  if (prepared) return adopt_draft(turn);
  drop_draft();
  begin_reply(turn);
  responder_.ask(context_.messages());
}

void SessionImpl::start_speaking(TurnId turn, int prompt) {
  drop_draft();
  const auto& prompts = parts_.agent->turn.idle_prompts;
  const bool idle = prompt >= 0 && static_cast<std::size_t>(prompt) < prompts.size();
  const Say say = idle ? Say{prompts[static_cast<std::size_t>(prompt)], {}} : says_.pop_front();
  if (say.failed && say.text.empty()) return close(CloseReason::kError);  // there is no apology
  waterfall_.begin(turn, now(), now(), now());
  uninterruptible_ = !say.options.interruptible;
  begin_reply(turn);
  if (say.failed) failure_.apology = turn;
  if (say.clip != nullptr && spoken_) return play(say);
  responder_.recite(say.text);
}

// Says what has been rendered already.
void SessionImpl::play(const Say& say) {
  responder_.cancel();
  reply_.text = say.text;
  waterfall_.first_token(now());
  publish(reply_.turn, event::ReplyDelta{reply_.text});
  publish_reply_done({}, FinishReason::kStop);
  waterfall_.first_clause(now());
  publish(reply_.turn, event::SpeechSegment{reply_.text, {0, reply_.text.size()}});
  speaker_.play(say.clip->view(), reply_.text);
}

void SessionImpl::new_reply(TurnId turn) {
  if (reply_.sent) std::swap(before_, reply_);
  reply_.turn = turn;
  reply_.text.clear();
  reply_.heard_end = 0;
  reply_.interrupted = reply_.sent = reply_.failed = reply_.announced = false;
  reply_.telling = false;
  reply_.parts.assign(1, 0);
  reply_.usage = {};
  replying_ = true;
  audible_ = false;
  silent_since_ = now();
  spoken_ = voice_out();
}

void SessionImpl::begin_reply(TurnId turn) {
  new_reply(turn);
  if (spoken_) speaker_.begin(turn);
  publish(turn, event::ReplyStarted{});
}

// Prepares the reply to the words so far; see draft.h.
void SessionImpl::draft_reply() {
  if (sheds(Shedding::kPreparation)) return;  // it is asked when the turn has ended
  draft_ = Draft();
  draft_.active = true;
  draft_.words = normalise_words(reading_.text());
  if (voice_out()) speaker_.begin(turns_.state().user_turn, true);
  responder_.ask(context_.messages_with(reading_.text()));
}

void SessionImpl::drop_draft() {
  if (!std::exchange(draft_.active, false)) return;
  responder_.cancel();
  speaker_.cancel();
}

void SessionImpl::adopt_draft(TurnId turn) {
  Draft draft = std::exchange(draft_, Draft());
  new_reply(turn);
  reply_.text = responder_.text();
  publish(turn, event::ReplyStarted{});
  if (draft.intent) publish(turn, **draft.intent);
  if (draft.first_token >= Duration(0)) waterfall_.first_token(draft.first_token);
  if (draft.first_clause >= Duration(0)) waterfall_.first_clause(draft.first_clause);
  if (draft.first_audio >= Duration(0)) waterfall_.first_audio(draft.first_audio);
  const std::string& text = reply_.text;
  if (!text.empty()) publish(turn, event::ReplyDelta{text});
  for (const TextSpan span : draft.clauses) {
    const auto clause = std::string_view(text).substr(span.begin, span.end - span.begin);
    publish(turn, event::SpeechSegment{clause, span});
  }
  if (!spoken_ && !text.empty()) show_text();
  const bool complete = draft.done && responder_.calls().empty();
  if (complete) publish_reply_done(draft.usage, draft.reason);
  if (spoken_) speaker_.release();
  if (complete && !spoken_) end_of_reply_text();
  // Now the turn is certain, and tools may do what can't be undone.
  if (draft.done && !complete) run_tools(draft.usage, draft.reason);
}

void SessionImpl::responder_intent(const event::IntentRecognised& intent) {
  const Scope scope(*this);
  if (draft_.active) {
    draft_.intent.emplace(intent);
    return;
  }
  publish(reply_.turn, intent);
}

void SessionImpl::responder_delta(std::string_view text) {
  const Scope scope(*this);
  if (draft_.active) return Draft::mark(draft_.first_token, now());
  waterfall_.first_token(now());
  reply_.text += text;
  publish(reply_.turn, event::ReplyDelta{text});
  if (!spoken_) show_text();
}

// Text that is not spoken is heard when it is there.
void SessionImpl::show_text() {
  if (waterfall_.response(now())) publish(reply_.turn, event::PlaybackStarted{});
  waterfall_.played(now());
  remember_heard(reply_, reply_.text.size());
}

void SessionImpl::responder_clause(std::string_view text, TextSpan span) {
  const Scope scope(*this);
  if (draft_.active) {
    if (!voice_out()) return;
    Draft::mark(draft_.first_clause, now());
    draft_.clauses.push_back(span);
    return speaker_.say(text, span);
  }
  if (!spoken_) return;
  waterfall_.first_clause(now());
  publish(reply_.turn, event::SpeechSegment{text, span});
  speaker_.say(text, span);
}

void SessionImpl::responder_done(const Usage& usage, FinishReason reason) {
  const Scope scope(*this);
  if (draft_.active) {
    draft_.done = true;
    draft_.usage = usage;
    draft_.reason = reason;
    if (responder_.calls().empty()) speaker_.end_of_text();
    return;
  }
  answer_over(usage, reason);
}

void SessionImpl::publish_reply_done(const Usage& usage, FinishReason reason) {
  publish(reply_.turn,
          event::ReplyDone{reply_.text, reason, reply_.usage.input_tokens + usage.input_tokens,
                           reply_.usage.output_tokens + usage.output_tokens});
}

// What has been said stands; the reply ends after it.
void SessionImpl::responder_failed(Status status) {
  const Scope scope(*this);
  if (draft_.active) return drop_draft();  // it is asked again when the turn has ended
  publish_error(Stage::kLlm, reply_.turn, status);
  nothing_helped(Stage::kLlm, reply_.turn);
  end_of_reply_text();
}

void SessionImpl::speaker_frame(AudioView audio, std::int64_t position, TextSpan span) {
  const Scope scope(*this);
  if (waterfall_.response(now())) publish(reply_.turn, event::PlaybackStarted{});
  if (!std::exchange(audible_, true)) audible_since_ = now();
  reply_.sent = true;
  silent_since_ = now();
  loudness_.sent(audio.samples);
  if (echo_ != nullptr) echo_->sent(audio.samples);
  publish(reply_.turn, event::AudioOut{audio, position, span});
}

void SessionImpl::speaker_flushed(std::int64_t position) {
  const Scope scope(*this);
  if (echo_ != nullptr) echo_->flushed();
  publish(reply_.turn, event::OutputFlushed{position});
}

void SessionImpl::speaker_first_audio() {
  if (draft_.active) return Draft::mark(draft_.first_audio, now());
  waterfall_.first_audio(now());
}

void SessionImpl::speaker_played() { waterfall_.played(now()); }

void SessionImpl::speaker_heard(TurnId turn, std::size_t text_end) {
  const Scope scope(*this);
  if (turn == before_.turn) return remember_heard(before_, text_end);
  if (turn != reply_.turn) return;
  remember_heard(reply_, text_end);
  if (!replying_ || !spoken_) return;  // a late report about a reply that has ended
  publish(reply_.turn, event::PlaybackProgress{reply_.heard()});
}

void SessionImpl::speaker_finished() {
  const Scope scope(*this);
  responder_.cancel();  // it may still be writing when its voice has failed
  finish_reply(speaker_.failed() ? reply_.heard_end : reply_.text.size());
}

void SessionImpl::speaker_failed(Status status) {
  const Scope scope(*this);
  if (draft_.active) return drop_draft();
  publish_error(Stage::kTts, reply_.turn, status);
  nothing_helped(Stage::kTts, reply_.turn);
}

void SessionImpl::interrupt_reply(const TurnCommand& command) {
  if (!replying_) return;
  responder_.cancel();
  if (spoken_) speaker_.cancel();
  if (spoken_ && audible_) {
    waterfall_.cut_off(audible_since_, command.onset, command.at, speaker_.silent_at());
  }
  end_reply("the user went on");
  reply_.interrupted = true;
  remember_heard(reply_, reply_.heard_end);
  tools_.leave();
  settle_news();
  publish(command.turn, event::Interrupted{reply_.heard(), command.by_turn});
  publish(command.turn, waterfall_.finish(reply_.text.size(), true));
  over_with(command.turn);
}

// The model has said all that it will say.
void SessionImpl::end_of_reply_text() {
  if (spoken_) {
    speaker_.end_of_text();
  } else {
    finish_reply(reply_.text.size());
  }
}

void SessionImpl::finish_reply(std::size_t heard_end) {
  if (!replying_) return;
  // Nobody is hung up on who has not heard why, or is still to be told of a failure.
  std::vector<Effect> effects;
  if (!reply_.failed && !failure_.pending) effects = std::exchange(effects_, {});
  end_reply("the reply failed");
  remember_heard(reply_, heard_end);
  settle_news();
  tools_.leave();  // it may have lost its voice while they work
  publish(reply_.turn, event::PlaybackFinished{reply_.heard()});
  publish(reply_.turn, waterfall_.finish(reply_.text.size(), false));
  take_effects(effects);
  TurnInput ended{TurnFact::kReplyEnded};
  ended.turn = reply_.turn;
  fact(ended);
  over_with(ended.turn);
  summarise_history();
}

// What its tools were to bring about doesn't happen, because of `how` it ended.
void SessionImpl::end_reply(std::string_view how) {
  replying_ = false;
  context_.set_answering(0);
  uninterruptible_ = false;
  audible_ = false;
  take_back(how);
  waterfall_.tools_over(now());
  agent_asked_ = trim(reply_.text).ends_with('?');
}

// Between turns, so that nobody waits for it.
void SessionImpl::summarise_history() {
  if (!parts_.agent->summarise_history || parts_.llm == nullptr) return;
  // What is being summarised may leave the history meanwhile: it would be asked for again.
  if (summariser_ != nullptr && summariser_->busy()) return;
  const std::span<const Message> messages = context_.to_summarise();
  if (messages.empty()) return;
  if (summariser_ == nullptr) {
    summariser_ =
        std::make_unique<Summariser>(ports(Stage::kLlm), parts_.llm, reply_patience(*parts_.agent),
                                     parts_.agent->language, id());
  }
  const auto count = static_cast<int>(messages.size());
  summariser_->ask(messages, [this, count](Result<std::string> summary) {
    const Scope scope(*this);
    context_.summarise(summary.ok() ? *summary : std::string());
    if (summary.ok()) return publish(0, event::HistorySummarised{count, *summary});
    publish(0, event::Warning{Stage::kLlm, summary.status().message()});
  });
}

// Ends a reply because the session does.
void SessionImpl::cancel_reply() {
  if (!replying_) return;
  responder_.cancel();
  if (spoken_) speaker_.cancel();
  end_reply("the conversation ended");
  reply_.interrupted = true;
  remember_heard(reply_, reply_.heard_end);
}

void SessionImpl::remember_heard(Reply& reply, std::size_t text_end) {
  // A synthesiser's timings may point inside a character.
  reply.heard_end = std::max(reply.heard_end, truncate_utf8(reply.text, text_end).size());
  for (std::size_t part = 0; part < reply.parts.size(); ++part) {
    context_.set_heard(reply.turn, reply.heard(part), part, part + 1 == reply.parts.size());
  }
  if (reply.interrupted) context_.mark_interrupted(reply.turn);
}

std::string_view SessionImpl::Reply::heard() const {
  return trim(std::string_view(text).substr(0, heard_end));
}

std::string_view SessionImpl::Reply::heard(std::size_t part) const {
  const std::size_t next = part + 1 < parts.size() ? parts[part + 1] : text.size();
  const std::size_t end = std::min(heard_end, next);
  if (end <= parts[part]) return {};
  return trim(std::string_view(text).substr(parts[part], end - parts[part]));
}

}  // namespace voiceagent
