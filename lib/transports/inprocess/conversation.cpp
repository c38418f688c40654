#include "voiceagent/conversation.h"

#include <utility>

#include "transports/inprocess/conversation_shared.h"

namespace voiceagent {
namespace {

std::shared_ptr<Agent> offline_agent(AgentOptions options) {
  Result<std::shared_ptr<Engine>> engine = Engine::create();
  if (!engine.ok()) throw StatusError(engine.status());
  Result<std::shared_ptr<Agent>> agent = (*engine)->make_agent(std::move(options));
  if (!agent.ok()) throw StatusError(agent.status());
  return std::move(*agent);
}

}  // namespace

StatusError::~StatusError() = default;

Conversation::Conversation(AgentOptions options, SessionOptions session)
    : Conversation(offline_agent(std::move(options)), std::move(session)) {}

Conversation::Conversation(std::shared_ptr<Agent> agent, SessionOptions session,
                           std::shared_ptr<Executor> executor) {
  if (agent == nullptr) throw StatusError(invalid_argument("a conversation needs an agent"));
  if (executor == nullptr) executor = agent->next_executor();
  // Tried here, so that an impossible request throws instead of failing later on another thread.
  if (Status status = agent->check(session); !status.ok()) throw StatusError(status);
  shared_ = std::make_shared<Shared>(std::move(agent), std::move(executor), std::move(session));
}

Conversation::~Conversation() {
  if (!shared_->started()) return;
  close();
  constexpr Duration kGrace{1'000'000'000};
  if (!shared_->executor().is_current()) {
    wait_until_closed(shared_->agent().options().limits.close_timeout + kGrace);
  }
  shared_->let_go();
}

void Conversation::start() { shared_->start(); }

void Conversation::add_handler(AddHandler add) {
  shared_->run([shared = shared_.get(), add = std::move(add)](Session& session) mutable {
    shared->keep(add(session.events()));
  });
}

void Conversation::on_any(UniqueFunction<void(const AnyEvent&)> handler) {
  add_handler([handler = std::move(handler)](EventBus& bus) mutable {
    return bus.subscribe_all(std::move(handler));
  });
}

void Conversation::on_audio(UniqueFunction<void(AudioView)> handler) {
  on<event::AudioOut>(
      [handler = std::move(handler)](const event::AudioOut& out) mutable { handler(out.audio); });
}

Status Conversation::push_audio(AudioView audio) {
  start();
  return shared_->push_audio(audio);
}

Status Conversation::push_text(std::string_view text) {
  start();
  return shared_->push_text(text);
}

Status Conversation::push_dtmf(std::string_view digits) {
  start();
  return shared_->push_dtmf(digits);
}

Status Conversation::say(std::string_view text, SayOptions options) {
  start();
  return shared_->say(text, options);
}

void Conversation::report_playback(std::int64_t position) {
  run([position](Session& session) { session.report_playback(position); });
}

void Conversation::interrupt() {
  run([](Session& session) { session.interrupt(); });
}

void Conversation::commit_turn() {
  run([](Session& session) { session.commit_turn(); });
}

Status Conversation::set_mode(Mode mode) {
  Status status = failed_precondition("the conversation has not begun, or is over");
  shared_->call([&status, mode](Session& session) { status = session.set_mode(mode); });
  return status;
}

void Conversation::close() {
  run([](Session& session) { session.close(); });
}

void Conversation::run(UniqueFunction<void(Session&), 192> command) {
  shared_->run(std::move(command));
}

bool Conversation::wait_until_idle(Duration limit) {
  return shared_->wait(limit,
                       [](Session* session) { return session == nullptr || session->idle(); });
}

bool Conversation::wait_until_closed(Duration limit) {
  return shared_->wait(limit,
                       [](Session* session) { return session == nullptr || session->closed(); });
}

std::vector<ContextEntry> Conversation::context() {
  std::vector<ContextEntry> entries;
  shared_->call([&entries](Session& session) { entries = session.context(); });
  return entries;
}

int Conversation::output_rate() const { return shared_->output_rate(); }
const std::string& Conversation::id() const { return shared_->id(); }

}  // namespace voiceagent
