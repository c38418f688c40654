#include "voiceagent/session_recorder.h"

#include <atomic>
#include <cctype>
#include <utility>

#include "base/ids.h"
#include "sim/record/agent_text.h"
#include "sim/record/recording_providers.h"
#include "sim/record/recording_session.h"
#include "sim/record/recording_tools.h"
#include "voiceagent/stt.h"
#include "voiceagent/tts.h"
#include "voiceagent/vad.h"
#include "voiceagent/version.h"

namespace voiceagent {
namespace {

void write_names(JsonWriter& json, std::string_view key, const std::vector<std::string>& names) {
  json.key(key).begin_array();
  for (const std::string& name : names) json.value(name);
  json.end_array();
}

void write_capabilities(JsonWriter& json, const SessionProviders& providers) {
  if (providers.stt) {
    const SttCapabilities& can = providers.stt->capabilities();
    json.key("stt").begin_object().key("sample_rates").begin_array();
    for (const int rate : can.sample_rates) json.value(rate);
    json.end_array().field("partials", can.partials).field("word_times", can.word_times);
    json.field("turn_signals", can.turn_signals);
    write_names(json, "languages", can.languages);
    json.end_object();
  }
  json.field("llm", providers.llm != nullptr);
  json.field("turn_detector", providers.turn_detector != nullptr);
  if (providers.tts) {
    const TtsCapabilities& can = providers.tts->capabilities();
    json.key("tts").begin_object().field("sample_rate", can.sample_rate);
    json.field("word_timings", can.word_timings);
    write_names(json, "voices", can.voices);
    write_names(json, "languages", can.languages);
    json.end_object();
  }
  if (providers.vad) {
    const VadFormat format = providers.vad->format();
    json.key("vad").begin_object().field("sample_rate", format.sample_rate);
    json.field("frame_samples", std::uint64_t{format.frame_samples}).end_object();
  }
}

std::string setup_text(const Agent& agent, const SessionOptions& session, const Executor& executor,
                       Time begin) {
  JsonWriter json;
  json.begin_object().field("library", version()).field("session", session.id);
  json.field("output_rate", session.output_rate);
  json.field("playout_delay", std::int64_t{session.playout_delay.count()});
  json.field("reports_playback", session.reports_playback);
  json.field("wall_ms", executor.wall_time_ms());
  json.field("clock_ns", std::int64_t{begin.time_since_epoch().count()});
  json.key("providers").begin_object();
  write_capabilities(json, session.providers);
  json.end_object().key("agent");
  write_agent(json, agent.options());
  json.key("tools");
  write_tools(json, session.tools != nullptr ? *session.tools : agent.options().tools);
  json.end_object();
  return std::string(json.text());
}

// What the host chose for this session, or the agent's.
SessionProviders providers_of(const Agent& agent, const SessionProviders& chosen) {
  SessionProviders all = agent.providers();
  if (chosen.stt) all.stt = chosen.stt;
  if (chosen.llm) all.llm = chosen.llm;
  if (chosen.tts) all.tts = chosen.tts;
  if (chosen.vad) all.vad = chosen.vad;
  if (chosen.turn_detector) all.turn_detector = chosen.turn_detector;
  return all;
}

Result<std::shared_ptr<Session>> open_recorded(Agent& agent, SessionOptions options,
                                               std::shared_ptr<Executor> executor,
                                               std::shared_ptr<RecordingFile> file) {
  if (executor == nullptr) executor = agent.next_executor();
  const Time begin = executor->now();
  auto log = std::make_shared<RecordingLog>(std::move(file), begin);
  auto recording = std::make_shared<RecordingExecutor>(executor, log);
  options.providers = providers_of(agent, options.providers);
  const SessionProviders real = options.providers;
  options.providers = recording_providers(real, recording);
  if (options.id.empty()) options.id = random_id();
  log->setup(setup_text(agent, options, *executor, begin));
  if (const auto clip = agent.apology()) log->apology(clip->view());
  options.tools = std::make_shared<const std::vector<Tool>>(recording_tools(
      options.tools != nullptr ? *options.tools : agent.options().tools, recording));
  const RecordingScope scope(*log, begin);
  recording->hold();  // the session opens when everybody listens who is to
  Result<std::shared_ptr<Session>> session = agent.open_session(options, recording);
  if (!session.ok()) return session.status();
  std::shared_ptr<Session> recorded =
      std::make_shared<RecordingSession>(std::move(*session), recording);
  recording->release();
  return recorded;
}

// The id as the name of a file, with %XX for what doesn't suit one: different ids have different
// names, unless they are longer than a name may be.
std::string file_name(std::string_view id) {
  constexpr std::size_t kLongest = 200;
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string name;
  for (const char c : id) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_') {
      name += c;
    } else {
      name.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return name.substr(0, kLongest);
}

class RecordingAgent final : public Agent {
 public:
  RecordingAgent(std::shared_ptr<Agent> real, std::string folder, RecordingDone done)
      : real_(std::move(real)), folder_(std::move(folder)), done_(std::move(done)) {}

  const AgentOptions& options() const override { return real_->options(); }
  SessionProviders providers() const override { return real_->providers(); }
  std::vector<ProviderStatus> provider_states() const override { return real_->provider_states(); }
  std::shared_ptr<const Pcm> apology() const override { return real_->apology(); }
  Result<std::shared_ptr<Session>> open_session(SessionOptions options,
                                                std::shared_ptr<Executor> executor) override;
  std::shared_ptr<Executor> next_executor() override { return real_->next_executor(); }
  Status check(const SessionOptions& options) const override { return real_->check(options); }
  Status check_room() const override { return real_->check_room(); }
  Status check_text(std::string_view text) const override { return real_->check_text(text); }
  int output_rate(const SessionOptions& options) const override {
    return real_->output_rate(options);
  }

 private:
  const std::shared_ptr<Agent> real_;
  const std::string folder_;
  const RecordingDone done_;
};

Result<std::shared_ptr<Session>> RecordingAgent::open_session(SessionOptions options,
                                                              std::shared_ptr<Executor> executor) {
  if (options.id.empty()) options.id = random_id();
  auto file = RecordingFile::create_new(folder_ + "/" + file_name(options.id), done_);
  if (!file.ok()) return file.status();
  return open_recorded(*real_, std::move(options), std::move(executor), std::move(*file));
}

}  // namespace

struct SessionRecorder::Impl {
  std::shared_ptr<RecordingFile> file;
  std::atomic<bool> used{false};
};

SessionRecorder::SessionRecorder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
SessionRecorder::~SessionRecorder() { (void)finish(); }

Result<std::unique_ptr<SessionRecorder>> SessionRecorder::create(const std::string& path) {
  auto file = RecordingFile::create(path);
  if (!file.ok()) return file.status();
  auto impl = std::make_unique<Impl>();
  impl->file = std::move(*file);
  return std::unique_ptr<SessionRecorder>(new SessionRecorder(std::move(impl)));
}

Result<std::shared_ptr<Session>> SessionRecorder::open_session(Agent& agent, SessionOptions options,
                                                               std::shared_ptr<Executor> executor) {
  if (impl_->used.exchange(true)) {
    return failed_precondition("a recorder records one session: make another for the next");
  }
  return open_recorded(agent, std::move(options), std::move(executor), impl_->file);
}

Status SessionRecorder::finish() { return impl_->file->finish(); }

std::shared_ptr<Agent> record_sessions(std::shared_ptr<Agent> agent, std::string folder,
                                       RecordingDone done) {
  return std::make_shared<RecordingAgent>(std::move(agent), std::move(folder), std::move(done));
}

}  // namespace voiceagent
