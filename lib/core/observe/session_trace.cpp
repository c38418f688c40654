#include "core/observe/session_trace.h"

#include <array>
#include <string>

#include "voiceagent/event_json.h"

namespace voiceagent {
namespace {

std::string of_turn(std::string_view what, TurnId turn) {
  return std::string(what) + " " + std::to_string(turn);
}

}  // namespace

void SessionTrace::on(const AnyEvent& event) {
  const Duration at = event.envelope().time;
  switch (event.kind()) {
    case EventKind::kSessionClosed: return close(*event.as<event::SessionClosed>(), at);
    case EventKind::kSpeechStarted:
    case EventKind::kSpeechStopped:
    case EventKind::kTranscriptPartial:
    case EventKind::kTranscriptFinal:
    case EventKind::kTurnEnded:
    case EventKind::kTurnDropped: return hear(event, at);
    case EventKind::kError:
      mark(event);
      if (event.as<event::Error>()->stage == Stage::kLlm) end_model(at, {});
      return;
    case EventKind::kReplyStarted:
    case EventKind::kReplyDelta:
    case EventKind::kReplyDone:
    case EventKind::kSpeechSegment:
    case EventKind::kAudioOut:
    case EventKind::kPlaybackStarted:
    case EventKind::kPlaybackPaused:
    case EventKind::kPlaybackResumed:
    case EventKind::kPlaybackFinished:
    case EventKind::kInterrupted: return reply(event, at);
    case EventKind::kToolCallStarted:
    case EventKind::kToolCallFinished:
    case EventKind::kToolCallCancelled: return call_tool(event, at);
    case EventKind::kTurnMetrics:
      return measure(*event.as<event::TurnMetrics>(), event.envelope().turn);
    case EventKind::kAudioIn:
    case EventKind::kPlaybackProgress:
    case EventKind::kOutputFlushed: return;  // too many, or seen on a track already
    default: return mark(event);
  }
}

void SessionTrace::hear(const AnyEvent& event, Duration at) {
  const TurnId turn = event.envelope().turn;
  if (const auto* started = event.as<event::SpeechStarted>()) {
    end_speech(at);  // one that was never said to have stopped
    speech_.start(started->start);
    turn_.start(started->start);
    stt_.start(at);
  } else if (const auto* stopped = event.as<event::SpeechStopped>()) {
    end_speech(stopped->end);
  } else if (const auto* partial = event.as<event::TranscriptPartial>()) {
    writer_.instant(TraceTrack::kStt, "partial", at,
                    [&](JsonWriter& json) { json.field("text", partial->text); });
  } else if (const auto* final = event.as<event::TranscriptFinal>()) {
    writer_.instant(TraceTrack::kStt, "final", at,
                    [&](JsonWriter& json) { json.field("text", final->text); });
  } else if (const auto* ended = event.as<event::TurnEnded>()) {
    end_turn(*ended, turn, at);
  } else {
    drop_turn(turn, at);
  }
}

void SessionTrace::end_turn(const event::TurnEnded& ended, TurnId turn, Duration at) {
  const auto args = [&](JsonWriter& json) {
    json.field("reason", to_string(ended.reason)).field("text", ended.text);
  };
  if (!turn_.open()) turn_.start(at);  // typed
  const Duration end = turn_.stop(at);
  const Duration decided = turn_.within(at - ended.transcript, end);
  const Duration stopped = turn_.within(decided - ended.endpointing, end);
  writer_.slice(TraceTrack::kTurn, of_turn("turn", turn), turn_.begin(), end, args);
  if (stopped < decided) writer_.slice(TraceTrack::kTurn, "endpointing", stopped, decided);
  if (decided < end) writer_.slice(TraceTrack::kTurn, "final transcript", decided, end);
  end_speech(at);
  end_recognition(ended.text, at);
}

void SessionTrace::drop_turn(TurnId turn, Duration at) {
  if (turn_.open()) {
    const Duration end = turn_.stop(at);
    writer_.slice(TraceTrack::kTurn, of_turn("dropped turn", turn), turn_.begin(), end);
  }
  end_speech(at);
  end_recognition({}, at);
}

void SessionTrace::end_speech(Duration at) {
  if (!speech_.open()) return;
  const Duration end = speech_.stop(at);
  writer_.slice(TraceTrack::kSpeech, "speech", speech_.begin(), end);
}

void SessionTrace::end_recognition(std::string_view text, Duration at) {
  if (!stt_.open()) return;
  const Duration end = stt_.stop(at);
  writer_.slice(TraceTrack::kStt, "recognition", stt_.begin(), end,
                [text](JsonWriter& json) { json.field("text", text); });
}

void SessionTrace::reply(const AnyEvent& event, Duration at) {
  if (event.as<event::ReplyStarted>() != nullptr) {
    end_model(at, {});
    llm_.start(at);
    first_token_ = Duration(-1);
  } else if (event.as<event::ReplyDelta>() != nullptr) {
    if (first_token_ < Duration(0)) first_token_ = at;
  } else if (const auto* done = event.as<event::ReplyDone>()) {
    end_model(at, done->text);
  } else if (const auto* segment = event.as<event::SpeechSegment>()) {
    tts_.start(at);
    last_frame_ = at;
    writer_.instant(TraceTrack::kTts, "clause", at,
                    [&](JsonWriter& json) { json.field("text", segment->text); });
  } else if (event.as<event::AudioOut>() != nullptr) {
    last_frame_ = at;
  } else if (event.as<event::PlaybackStarted>() != nullptr) {
    playback_.start(at);
  } else if (event.as<event::PlaybackPaused>() != nullptr) {
    if (playback_.open()) hold_.start(at);
  } else if (event.as<event::PlaybackResumed>() != nullptr) {
    end_hold(at);
  } else if (const auto* finished = event.as<event::PlaybackFinished>()) {
    end_playback(at, finished->heard);
  } else {
    mark(event);
    end_model(at, {});
    end_playback(at, event.as<event::Interrupted>()->heard);
  }
}

// While the model waits for tools; what still runs afterwards is told by its events alone.
void SessionTrace::call_tool(const AnyEvent& event, Duration at) {
  mark(event);
  if (event.kind() == EventKind::kToolCallStarted) {
    ++calls_;
    tools_.start(at);
  } else if (--calls_ == 0) {
    end_tools(at);
  }
}

void SessionTrace::end_tools(Duration at) {
  if (!tools_.open()) return;
  const Duration end = tools_.stop(at);
  writer_.slice(TraceTrack::kLlm, "tools", tools_.begin(), end);
}

void SessionTrace::end_model(Duration at, std::string_view text) {
  end_tools(at);
  if (!llm_.open()) return;
  const Duration end = llm_.stop(at);
  writer_.slice(TraceTrack::kLlm, "reply", llm_.begin(), end,
                [text](JsonWriter& json) { json.field("text", text); });
  if (first_token_ < Duration(0)) return;
  writer_.slice(TraceTrack::kLlm, "first token", llm_.begin(), llm_.within(first_token_, end));
}

void SessionTrace::end_playback(Duration at, std::string_view heard) {
  end_hold(at);
  if (tts_.open()) {
    tts_end_ = tts_.stop(last_frame_);
    writer_.slice(TraceTrack::kTts, "speech", tts_.begin(), tts_end_);
  }
  if (!playback_.open()) return;
  const Duration end = playback_.stop(at);
  writer_.slice(TraceTrack::kPlayback, "playback", playback_.begin(), end,
                [heard](JsonWriter& json) { json.field("heard", heard); });
}

void SessionTrace::end_hold(Duration at) {
  if (!hold_.open()) return;
  const Duration end = hold_.stop(at);
  writer_.slice(TraceTrack::kPlayback, "held", hold_.begin(), end);
}

// The way from the end of speech to the first frame out, stage by stage.
void SessionTrace::measure(const event::TurnMetrics& metrics, TurnId turn) {
  const Duration origin = metrics.speech_end;
  if (metrics.tts_first_audio >= Duration(0) && tts_end_ > Duration(0)) {
    const Duration first = tts_.within(origin + metrics.tts_first_audio, tts_end_);
    if (tts_.begin() < first) {
      writer_.slice(TraceTrack::kTts, "first audio", tts_.begin(), first);
    }
  }
  tts_end_ = Duration(0);
  if (metrics.response < Duration(0)) return;
  struct Step {
    std::string_view name;
    Duration at;
  };
  const std::array<Step, 6> steps{{{"endpointing", metrics.endpointing},
                                   {"final transcript", metrics.stt_final},
                                   {"first token", metrics.llm_first_token},
                                   {"first clause", metrics.first_clause},
                                   {"first audio", metrics.tts_first_audio},
                                   {"first frame", metrics.response}}};
  response_.start(origin);
  const Duration end = response_.stop(origin + metrics.response);
  writer_.slice(TraceTrack::kResponse, of_turn("response", turn), response_.begin(), end);
  Duration from = response_.begin();
  for (const Step& step : steps) {
    const Duration to = response_.within(origin + step.at, end);
    if (step.at < Duration(0) || to <= from) continue;
    writer_.slice(TraceTrack::kResponse, step.name, from, to);
    from = to;
  }
}

void SessionTrace::mark(const AnyEvent& event) {
  event.visit([&]<class E>(const E&) {
    writer_.instant(TraceTrack::kSession, E::kName, event.envelope().time, [&](JsonWriter& json) {
      json.key("event");
      write_json(event, json);
    });
  });
}

// Whatever is still open ends with the session.
void SessionTrace::close(const event::SessionClosed& closed, Duration at) {
  end_model(at, {});
  end_playback(at, {});
  if (turn_.open()) {
    const Duration end = turn_.stop(at);
    writer_.slice(TraceTrack::kTurn, "turn", turn_.begin(), end);
  }
  end_speech(at);
  end_recognition({}, at);
  writer_.slice(TraceTrack::kSession, "session", Duration(0), at,
                [&](JsonWriter& json) { json.field("reason", to_string(closed.reason)); });
}

}  // namespace voiceagent
