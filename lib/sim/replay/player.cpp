#include "sim/replay/player.h"

#include <chrono>
#include <utility>

#include "core/engine.h"
#include "sim/record/sink_code.h"

namespace voiceagent {
namespace {

using std::chrono::seconds;

constexpr Duration kAfterwards = seconds(60);  // for events that come later than recorded

// Nothing is computed in a replay.
class NoWorkers final : public WorkerPool {
 public:
  Status submit(Task) override { return failed_precondition("a replay has no workers"); }
  std::size_t concurrency() const override { return 1; }
};

// The recording speaks for the provider and for all who may take over from it.
template <class Provider>
void stand_in(ProviderChoice<Provider>& choice, const std::shared_ptr<Provider>& recorded) {
  choice.instance = recorded;
  for (auto& fallback : choice.fallbacks) fallback.instance = recorded;
  if (recorded == nullptr) choice = {};
}

}  // namespace

Player::Player(const Recording& recording)
    : recording_(recording),
      executor_(std::make_shared<ReplayExecutor>(recording)),
      streams_(recording, *executor_),
      check_(recording) {}

Player::~Player() { close_everything(); }

Result<ReplayReport> Player::play(AgentOptions agent) {
  if (Status status = open(std::move(agent)); !status.ok()) return status;
  for (const Stimulus& stimulus : recording_.stimuli) {
    if (check_.over()) break;
    follow(stimulus);
  }
  if (recording_.cut_off.empty()) {
    const Duration end = executor_->time() + kAfterwards;
    if (!check_.over()) executor_->advance(end);
    check_.end();
  }
  return ReplayReport{check_.same(), check_.difference(), recording_.cut_off};
}

Status Player::open(AgentOptions agent) {
  const Json& setup = recording_.setup;
  const SessionProviders providers = replay_providers(recording_, streams_);
  stand_in(agent.stt, providers.stt);
  stand_in(agent.llm, providers.llm);
  stand_in(agent.tts, providers.tts);
  agent.vad.instance = providers.vad;
  agent.turn_detector = providers.turn_detector;
  agent.tools = replay_tools(recording_, streams_);
  agent.resilience.apology_clip = std::make_shared<const Pcm>(recording_.apology);
  if (!providers.vad) agent.vad.name.clear();
  EngineOptions options;
  options.executors = {executor_};
  options.workers = std::make_shared<NoWorkers>();
  options.logger = make_null_logger();
  options.registry = std::make_shared<Registry>();
  Result<std::shared_ptr<Engine>> engine = make_engine(std::move(options));
  if (!engine.ok()) return engine.status();
  Result<std::shared_ptr<Agent>> made = (*engine)->make_agent(std::move(agent));
  if (!made.ok()) return made.status();
  SessionOptions session;
  session.providers = providers;
  session.id = setup["session"].string();
  session.output_rate = static_cast<int>(setup["output_rate"].integer());
  session.playout_delay = Duration(setup["playout_delay"].integer());
  session.reports_playback = setup["reports_playback"].boolean();
  Result<std::shared_ptr<Session>> opened = (*made)->open_session(session);
  if (!opened.ok()) return opened.status();
  session_ = std::move(*opened);
  listen();
  return Status::success();
}

// Before anybody else, as the recorder did: what handlers called then is called from here.
void Player::listen() {
  for_each_event_type([this]<class E>(E*) {
    auto handler = [this](const E& event, const EventEnvelope& envelope) {
      const AnyEvent any(event, envelope);
      if (any.kind() == EventKind::kSessionClosed) closed_ = true;
      check_.see(any);
      const auto calls = recording_.from_handlers.equal_range(envelope.seq);
      for (auto it = calls.first; it != calls.second && !check_.difference(); ++it) {
        call(it->second);
      }
    };
    session_->events().subscribe<E>(std::move(handler)).release();
  });
}

void Player::follow(const Stimulus& stimulus) {
  executor_->advance(stimulus.time);
  if (check_.over()) return;
  switch (stimulus.kind) {
    case RecordKind::kTask: return executor_->run_task(stimulus.other);
    case RecordKind::kTimer: return executor_->run_timer(stimulus.other, stimulus.number);
    case RecordKind::kSink: return streams_.arrive(stimulus);
    case RecordKind::kMore: return streams_.more(stimulus.number);
    default: return executor_->run([this, &stimulus] { call(stimulus.bytes); });
  }
}

// What the session answers is no matter: the host did what it did.
void Player::call(std::string_view bytes) {
  if (session_ == nullptr) return;
  ByteReader in(bytes);
  switch (in.choice(SessionCall::kDrop)) {
    case SessionCall::kAudio: {
      const Pcm audio = read_audio(in);
      if (in.ok()) (void)session_->push_audio(audio.view());
      return;
    }
    case SessionCall::kText: return (void)session_->push_text(in.text());
    case SessionCall::kDtmf: return (void)session_->push_dtmf(in.text());
    case SessionCall::kPlayback: return session_->report_playback(in.signed_number());
    case SessionCall::kSay: {
      const std::string_view text = in.text();
      return (void)session_->say(text, {in.byte() != 0});
    }
    case SessionCall::kInterrupt: return session_->interrupt();
    case SessionCall::kCommit: return session_->commit_turn();
    case SessionCall::kMode: return (void)session_->set_mode(in.choice(Mode::kTextToText));
    case SessionCall::kClose: return session_->close(in.choice(CloseReason::kIdle));
    case SessionCall::kDrop: return session_.reset();
  }
}

// Whatever state the session is in: it must let go of the streams before they go.
void Player::close_everything() {
  executor_->leave_recording();  // tasks that it has and that nothing ran would keep the session
  if (session_ != nullptr && !closed_) executor_->run([this] { session_->close(); });
  session_.reset();
  do {
    executor_->advance(executor_->time() + seconds(1));
  } while (streams_.close_all());
  executor_->clear();
}

}  // namespace voiceagent
