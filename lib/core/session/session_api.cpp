// What the host calls.
#include <algorithm>
#include <string>
#include <utility>

#include "base/ids.h"
#include "base/text.h"
#include "base/utf8.h"
#include "core/events/mode.h"
#include "core/hearing/watched_vad.h"
#include "core/resilience/chains.h"
#include "core/session/session_impl.h"
#include "core/session/session_logger.h"

namespace voiceagent {
namespace {

constexpr std::size_t kMaxWaiting = 1024;  // calls from inside one handler, or before opening
constexpr std::size_t kMaxSays = 16;       // texts of the host's that wait to be said
constexpr std::size_t kMaxKeys = 64;       // of one turn
// Each one in an answer is remembered with its result, those that are rejected too.
constexpr int kMostCalls = 256;

ResponderOptions responder_options(const SessionParts& parts, const std::string& id) {
  const AgentOptions& agent = *parts.agent;
  ResponderOptions options;
  options.stall_timeout = reply_patience(agent);
  options.max_bytes = agent.limits.max_reply_bytes;
  options.max_calls = static_cast<std::size_t>(std::max(kMostCalls, agent.limits.max_tool_calls));
  if (parts.tools != nullptr) options.tools = parts.tools->descriptions();
  options.language = agent.language;
  options.session_id = id;
  return options;
}

SpeakerOptions speaker_options(const AgentOptions& agent, const SessionOptions& session, int rate,
                               const std::string& id) {
  SpeakerOptions options;
  options.sample_rate = rate;
  options.lead = agent.output_lead;
  options.playout_delay = session.playout_delay;
  options.expects_reports = session.reports_playback;
  options.stall_timeout = speech_patience(agent);
  options.voice = agent.voice;
  options.language = agent.language;
  options.session_id = id;
  return options;
}

}  // namespace

int output_rate_of(const SessionParts& parts, const SessionOptions& options) {
  if (options.output_rate != 0) return options.output_rate;
  return parts.tts != nullptr ? parts.tts->capabilities().sample_rate : 16'000;
}

Status check_typed_text(std::string_view text, const LimitOptions& limits) {
  if (trim(text).empty()) return invalid_argument("the text is empty");
  if (text.size() > limits.max_input_text_bytes) {
    return invalid_argument("the text has " + std::to_string(text.size()) + " bytes; at most " +
                            std::to_string(limits.max_input_text_bytes) + " are allowed");
  }
  if (!is_valid_utf8(text)) return invalid_argument("the text is not valid UTF-8");
  return Status::success();
}

Status check_dtmf(std::string_view digits) {
  if (!digits.empty() && digits.find_first_not_of("0123456789ABCD*#") == std::string_view::npos) {
    return Status::success();
  }
  return invalid_argument("DTMF digits are 0-9, A-D, * and #");
}

Status check_mode(const SessionParts& parts, Mode mode) {
  const auto missing = [mode](std::string_view what) {
    return failed_precondition("the mode " + std::string(to_string(mode)) + " needs " +
                               std::string(what) + ", and the agent has none");
  };
  if (parts.llm == nullptr) return missing("an llm provider");
  if (hears(mode) && parts.stt == nullptr) return missing("an stt provider");
  if (hears(mode) && parts.vad == nullptr) return missing("a vad provider");
  if (speaks(mode) && parts.tts == nullptr) return missing("a tts provider");
  return Status::success();
}

std::shared_ptr<Session> SessionImpl::create(SessionParts parts, SessionOptions options) {
  if (options.id.empty()) options.id = random_id();
  parts.logger = make_session_logger(std::move(parts.logger), options.id, options.request);
  std::shared_ptr<SessionImpl> session(new SessionImpl(std::move(parts), std::move(options)));
  session->self_ = session;
  session->parts_.executor->post([session] { session->open(); });
  // The host's handle: when its last copy goes, the session closes.
  return {session.get(), [session](Session*) {
            session->parts_.executor->post([session] { session->close(CloseReason::kHost); });
          }};
}

SessionImpl::SessionImpl(SessionParts parts, SessionOptions options)
    : place_(std::move(parts.place)),
      parts_(std::move(parts)),
      mode_(parts_.agent->mode),
      bus_(options.id, *parts_.executor, *parts_.board),
      output_rate_(output_rate_of(parts_, options)),
      turns_(*parts_.agent),
      context_(parts_.agent->instructions, parts_.agent->limits),
      reading_(parts_.agent->language),
      responder_(responder_options(parts_, options.id), ports(Stage::kLlm), parts_.llm, *this),
      speaker_(speaker_options(*parts_.agent, options, output_rate_, options.id),
               ports(Stage::kTts), parts_.tts, parts_.frames_for(output_rate_), *this),
      tools_(ports(Stage::kTool), parts_.tool_workers, parts_.tools, parts_.agent->limits,
             options.id, *this),
      close_timer_(
          *parts_.executor, [this] { finish_close(); }, this),
      silence_timer_(
          *parts_.executor, [this] { silence_lasts(); }, this) {
  relay_->listener = this;
  relay_->board = parts_.board;
  Entrance* const door = this;
  for (std::size_t i = 0; i < kTurnTimers; ++i) {
    const auto fire = [this, i] {
      TurnInput input{TurnFact::kTimer};
      input.timer = static_cast<TurnTimer>(i);
      fact(input);
    };
    timers_[i] = std::make_unique<PartTimer>(*parts_.executor, fire, door);
  }
}

SessionImpl::~SessionImpl() {
  streams_->on_zero = nullptr;
  relay_->listener = nullptr;
}

PortContext SessionImpl::ports(Stage stage) {
  return {parts_.executor, parts_.workers, parts_.logger,  streams_, this,
          relay_,          parts_.board,   owner_of(stage)};
}

void SessionImpl::open() {
  if (phase_ != Phase::kNew) return;  // closed before it began
  phase_ = Phase::kOpen;
  const Scope scope(*this);
  publish(0, event::SessionOpened{mode_, parts_.vad ? parts_.vad->format().sample_rate : 0,
                                  output_rate_});
  warm_up();
  fact({TurnFact::kOpened});
  if (parts_.agent->greeting.empty()) return;
  says_.push_back({parts_.agent->greeting, {parts_.agent->greeting_interruptible}});
  fact({TurnFact::kAgentSpeaks});
}

// So that connections are there when the greeting has been said.
void SessionImpl::warm_up() {
  const WarmUp means{parts_.executor, parts_.workers, parts_.logger};
  const auto warm_up = [&](auto& provider, Stage stage) {
    const Call call(parts_.board.get(), {owner_of(stage), CallWhat::kWarmUp});
    provider.warm_up(means);
  };
  if (voice_in()) warm_up(*parts_.stt, Stage::kStt);
  if (parts_.llm != nullptr) warm_up(*parts_.llm, Stage::kLlm);
  if (voice_out()) warm_up(*parts_.tts, Stage::kTts);
}

Status SessionImpl::check_usable() const {
  if (phase_ == Phase::kOpen || phase_ == Phase::kNew) return Status::success();
  return failed_precondition("the session " + id() + " has been closed");
}

// Keeps a call for when the session has opened, or the event has reached everybody.
Status SessionImpl::later(Task command) {
  if (waiting_.size() >= kMaxWaiting) {
    return resource_exhausted("too many calls to the session wait to be carried out");
  }
  waiting_.push_back(std::move(command));
  return Status::success();
}

void SessionImpl::run_waiting() {
  if (std::exchange(running_waiting_, true)) return;  // the end of a command's own Scope
  while (!waiting_.empty()) {
    Task command = waiting_.pop_front();
    const Scope scope(*this);
    command();
  }
  running_waiting_ = false;
}

Status SessionImpl::push_audio(AudioView audio) {
  if (Status status = check_usable(); !status.ok()) return status;
  if (audio.sample_rate < kMinSampleRate || audio.sample_rate > kMaxSampleRate) {
    return invalid_argument("audio of " + std::to_string(audio.sample_rate) +
                            " samples a second: the rate must be from 4000 to 192000");
  }
  if (!must_wait()) return later_or_now([this, audio] { hear(audio); });
  Pcm copy{{audio.samples.begin(), audio.samples.end()}, audio.sample_rate};
  return later([this, copy = std::move(copy)] { hear(copy.view()); });
}

void SessionImpl::hear(AudioView audio) {
  if (phase_ != Phase::kOpen) return;
  publish(0, event::AudioIn{audio});
  if (!voice_in()) return;
  if (Status status = ensure_microphone(); !status.ok()) {
    publish_error(Stage::kVad, 0, status);
    return change_mode(voice_out() ? Mode::kTextToVoice : Mode::kTextToText);
  }
  if (Status status = microphone_->push(audio); !status.ok())
    publish_error(Stage::kInput, 0, status);
}

Result<std::unique_ptr<VadStream>> SessionImpl::start_vad() {
  const CallOwner owner = owner_of(Stage::kVad);
  const Call call(parts_.board.get(), {owner, CallWhat::kStart});
  Result<std::unique_ptr<VadStream>> vad = parts_.vad->start(ports(Stage::kVad).streams());
  if (!vad.ok()) return vad;
  return std::unique_ptr<VadStream>(
      std::make_unique<WatchedVad>(std::move(*vad), parts_.board, owner));
}

Status SessionImpl::ensure_microphone() {
  if (microphone_ != nullptr) return Status::success();
  Result<std::unique_ptr<VadStream>> vad = start_vad();
  if (!vad.ok()) return vad.status();
  const AgentOptions& agent = *parts_.agent;
  microphone_ = std::make_unique<Microphone>(
      agent.turn, parts_.vad->format(), std::move(*vad), *parts_.executor,
      parts_.frames_for(parts_.vad->format().sample_rate), static_cast<MicrophoneListener&>(*this));
  echo_ = std::make_unique<EchoControl>(microphone_->sample_rate(), output_rate_);
  const RecogniserOptions options{microphone_->sample_rate(),
                                  agent.turn.preroll + agent.turn.start_window, agent.language,
                                  id(), agent.limits.final_timeout};
  recogniser_ = std::make_unique<Recogniser>(options, ports(Stage::kStt), parts_.stt,
                                             static_cast<RecogniserListener&>(*this));
  if (parts_.turn_detector != nullptr) {
    const TurnDetectorRequest request{{}, microphone_->sample_rate(), agent.language, id()};
    detection_ = std::make_unique<TurnDetection>(request, ports(Stage::kTurn), parts_.turn_detector,
                                                 static_cast<TurnDetectionListener&>(*this));
  }
  return Status::success();
}

Status SessionImpl::push_text(std::string_view text) {
  if (Status status = check_usable(); !status.ok()) return status;
  if (Status status = check_typed_text(text, parts_.agent->limits); !status.ok()) return status;
  return later_or_now([this, text = std::string(text)] { type(text); });
}

void SessionImpl::type(std::string_view text) {
  if (phase_ != Phase::kOpen) return;
  publish(0, event::TextIn{text});
  typed_ = trim(text);
  fact({TurnFact::kTyped});
}

Status SessionImpl::push_dtmf(std::string_view digits) {
  if (Status status = check_usable(); !status.ok()) return status;
  if (Status status = check_dtmf(digits); !status.ok()) return status;
  return later_or_now([this, digits = std::string(digits)] { press(digits); });
}

void SessionImpl::press(std::string_view digits) {
  if (phase_ != Phase::kOpen) return;
  publish(0, event::DtmfIn{digits});
  const std::string& terminator = parts_.agent->turn.dtmf_terminator;
  for (const char digit : digits) {
    TurnInput input{TurnFact::kKey};
    const bool ends = terminator.find(digit) != std::string::npos;
    if (!ends || keys_.empty()) keys_ += digit;
    input.last = ends || keys_.size() == kMaxKeys;
    fact(input);
  }
}

Status SessionImpl::say(std::string_view text, SayOptions options) {
  if (Status status = check_usable(); !status.ok()) return status;
  if (Status status = check_typed_text(text, parts_.agent->limits); !status.ok()) return status;
  if (says_.size() + says_to_come_ >= kMaxSays) {
    return resource_exhausted("16 texts wait to be said already; say this one when some have been");
  }
  ++says_to_come_;
  Status taken = later_or_now([this, text = std::string(text), options] {
    --says_to_come_;
    if (phase_ != Phase::kOpen) return;
    says_.push_back({text, options});
    fact({TurnFact::kAgentSpeaks});
  });
  if (!taken.ok()) --says_to_come_;
  return taken;
}

void SessionImpl::report_playback(std::int64_t position) {
  (void)later_or_now([this, position] {
    if (phase_ == Phase::kOpen) speaker_.report(position);
  });
}

void SessionImpl::interrupt() {
  (void)later_or_now([this] {
    if (phase_ == Phase::kOpen) fact({TurnFact::kInterrupt});
  });
}

void SessionImpl::commit_turn() {
  (void)later_or_now([this] {
    if (phase_ == Phase::kOpen) fact({TurnFact::kCommit});
  });
}

Status SessionImpl::set_mode(Mode mode) {
  if (Status status = check_usable(); !status.ok()) return status;
  if (Status status = check_mode(parts_, mode); !status.ok()) return status;
  return later_or_now([this, mode] { change_mode(mode); });
}

void SessionImpl::change_mode(Mode mode) {
  if (phase_ != Phase::kOpen || mode == mode_) return;
  const bool heard_voice = voice_in();
  drop_draft();  // it was made for the mode before
  mode_ = mode;
  publish(0, event::ModeChanged{mode_});
  if (spoken_ && replying_ && !voice_out()) {
    // The rest of the reply is read instead of heard.
    speaker_.cancel();
    spoken_ = false;
    remember_heard(reply_, reply_.text.size());
    if (!responder_.active() && !tools_.waiting()) finish_reply(reply_.text.size());
  }
  // Afterwards: a reply that waits for the user must not be heard when it goes on.
  if (heard_voice && !voice_in() && microphone_ != nullptr) {
    microphone_->reset();
    recogniser_->drop_preroll();
    fact({TurnFact::kVoiceInputOff});
  }
}

bool SessionImpl::idle() const {
  if (phase_ == Phase::kClosed) return true;
  const TurnState& turns = turns_.state();
  return phase_ != Phase::kNew && phase_ != Phase::kClosing && turns.user == UserPhase::kSilent &&
         turns.agent == AgentPhase::kIdle && !turns.keys_open && tools_.idle() && facts_.empty() &&
         waiting_.empty();
}

void SessionImpl::close(CloseReason reason) {
  if (phase_ == Phase::kClosing || phase_ == Phase::kClosed) return;
  // Always taken, however many calls wait; the first reason stands.
  if (depth_ > 0) {
    if (std::exchange(close_waits_, true)) return;
    return waiting_.push_back([this, reason] { begin_close(reason); });
  }
  const Scope scope(*this);
  begin_close(reason);
}

void SessionImpl::begin_close(CloseReason reason) {
  if (phase_ == Phase::kClosing || phase_ == Phase::kClosed) return;
  close_reason_ = reason;
  closed_in_ = turn_state();
  drop_draft();
  cancel_reply();
  tools_.close();
  phase_ = Phase::kClosing;
  for (const auto& timer : timers_) timer->cancel();
  silence_timer_.cancel();
  summariser_.reset();
  recogniser_.reset();
  lost_audio_.reset();
  detection_.reset();
  microphone_.reset();
  if (streams_->open == 0) return finish_close();
  streams_->on_zero = [this] { finish_close(); };
  close_timer_.arm(parts_.agent->limits.close_timeout);
}

void SessionImpl::finish_close() {
  if (phase_ != Phase::kClosing) return;
  const Scope scope(*this);
  close_timer_.cancel();
  streams_->on_zero = nullptr;
  phase_ = Phase::kClosed;
  place_.reset();
  report_end();
  publish_pools();
  publish(0, event::SessionClosed{close_reason_, streams_->open});
  // Destruction waits until whoever is on the stack has returned.
  parts_.executor->post([self = std::move(self_)]() mutable { self.reset(); });
}

}  // namespace voiceagent
