// The session: the shell around the turn manager. It turns what its parts report into facts, and
// carries the turn manager's commands out on the parts. It decides nothing itself.
//
//  session_api.cpp       what the host calls
//  session_facts.cpp     what the parts report
//  session_commands.cpp  what the turn manager commands
//  session_reply.cpp     replies: their beginning, drafts, what was heard, their end
//  session_tools.cpp     tools: their calls, and how a reply goes on after them
//  session_failure.cpp   what happens when all providers of a chain have failed; reports
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ring.h"
#include "base/throttled_sum.h"
#include "core/admission/admission.h"
#include "core/context/conversation_context.h"
#include "core/context/summariser.h"
#include "core/events/mode.h"
#include "core/events/publisher.h"
#include "core/hearing/echo_control.h"
#include "core/hearing/loudness.h"
#include "core/hearing/microphone.h"
#include "core/hearing/recogniser.h"
#include "core/hearing/transcript_reading.h"
#include "core/hearing/turn_detection.h"
#include "core/resilience/apology.h"
#include "core/session/draft.h"
#include "core/session/responder.h"
#include "core/session/waterfall.h"
#include "core/speech/speaker.h"
#include "core/tools/tool_box.h"
#include "core/tools/tool_runner.h"
#include "core/turn/turn_manager.h"
#include "core/watch/call_board.h"
#include "voiceagent/session.h"

namespace voiceagent {

// The providers of an agent, made once, and what its sessions share.
struct SessionParts {
  std::shared_ptr<const AgentOptions> agent;
  std::shared_ptr<SttProvider> stt;  // these five may be null where the mode does without
  std::shared_ptr<LlmProvider> llm;
  std::shared_ptr<TtsProvider> tts;
  std::shared_ptr<VadProvider> vad;
  std::shared_ptr<TurnDetectorProvider> turn_detector;
  std::shared_ptr<Executor> executor;
  std::shared_ptr<CallBoard> board;  // of that executor
  std::shared_ptr<WorkerPool> workers;
  std::shared_ptr<const ToolBox> tools;  // null: there are none
  std::shared_ptr<WorkerPool> tool_workers;
  std::shared_ptr<Logger> logger;
  std::shared_ptr<Apology> apology;        // null: none
  std::shared_ptr<const PoolBoard> pools;  // null: none of the session's business
  std::shared_ptr<void> place;             // among the engine's sessions
  std::shared_ptr<const AdmissionControl> admission;
  std::shared_ptr<FramePool> frames;       // 20 ms at up to 16 kHz
  std::shared_ptr<FramePool> wide_frames;  // 20 ms at up to 48 kHz

  const std::shared_ptr<FramePool>& frames_for(int sample_rate) const {
    return sample_rate <= 16'000 ? frames : wide_frames;
  }
};

// The rate of a session's output, and whether it would take a typed text.
int output_rate_of(const SessionParts& parts, const SessionOptions& options);
Status check_typed_text(std::string_view text, const LimitOptions& limits);
// Whether these providers can hold a conversation in `mode`; the error says what is missing.
Status check_mode(const SessionParts& parts, Mode mode);

class SessionImpl final : public Session,
                          public std::enable_shared_from_this<SessionImpl>,
                          private Entrance,
                          private MicrophoneListener,
                          private RecogniserListener,
                          private TurnDetectionListener,
                          private ResponderListener,
                          private SpeakerListener,
                          private ToolRunnerListener,

                          private StreamObserver {
 public:
  // Makes a session; open() begins it. The handle's last copy closes it.
  static std::shared_ptr<Session> create(SessionParts parts, SessionOptions options);
  ~SessionImpl() override;

  const std::string& id() const override { return bus_.session_id(); }
  Executor& executor() const override { return *parts_.executor; }
  EventBus& events() override { return bus_; }

  Status push_audio(AudioView audio) override;
  Status push_text(std::string_view text) override;
  Status push_dtmf(std::string_view digits) override;
  void report_playback(std::int64_t position) override;
  Status say(std::string_view text, SayOptions options) override;
  void interrupt() override;
  void commit_turn() override;
  Status set_mode(Mode mode) override;
  void close(CloseReason reason) override;

  Mode mode() const override { return mode_; }
  bool idle() const override;
  bool closed() const override { return phase_ == Phase::kClosed; }
  std::vector<ContextEntry> context() const override { return context_.entries(); }
  int output_rate() const override { return output_rate_; }

 private:
  enum class Phase { kNew, kOpen, kClosing, kClosed };

  // While one exists, calls of the host's wait; the outermost lets them run when it ends.
  class Scope {
   public:
    explicit Scope(SessionImpl& session) : session_(session) { session_.enter(); }
    ~Scope() { session_.leave(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    SessionImpl& session_;
  };

  SessionImpl(SessionParts parts, SessionOptions options);
  void enter() override {
    if (depth_++ == 0) parts_.board->begin_task();
  }
  void leave() override {
    if (--depth_ > 0) return;
    run_waiting();
    if (running_waiting_) return;  // the end of a command's own Scope
    report_blocked();
    parts_.board->end_task();
  }
  void report_blocked();
  // For providers of that stage.
  PortContext ports(Stage stage);
  std::string_view provider_of(Stage stage) const;
  CallOwner owner_of(Stage stage) const;
  void open();
  Status check_usable() const;
  Status later(Task command);
  // Whether calls of the host's wait: for the session to open, or for an event to reach everybody.
  bool must_wait() const { return depth_ > 0 || phase_ == Phase::kNew; }
  // Runs `command` now, or when it need not wait any more.
  template <class F>
  Status later_or_now(F command) {
    if (must_wait()) return later(Task(std::move(command)));
    const Scope scope(*this);
    command();
    return Status::success();
  }
  void run_waiting();
  void hear(AudioView audio);
  Result<std::unique_ptr<VadStream>> start_vad();
  Status ensure_microphone();
  void type(std::string_view text);
  void press(std::string_view digits);
  void change_mode(Mode mode);
  void begin_close(CloseReason reason);
  void finish_close();

  // facts
  void fact(const TurnInput& input);
  Perceived perceive() const;
  void ask_turn_detector();
  void microphone_clean(std::span<std::int16_t> samples) override;
  void microphone_frame(const FramePtr& frame) override;
  void microphone_speech_started(std::int64_t sample) override;
  void microphone_speech_stopped(std::int64_t sample) override;
  void microphone_gap() override { recogniser_->drop_preroll(); }
  void recogniser_partial(std::string_view text) override;
  void recogniser_final(std::string_view text, const Transcript& settled, bool complete) override;
  void recogniser_signal(TurnSignal signal, float probability) override;
  void recogniser_failed(Status status) override;
  void recogniser_overflow(Duration lost) override;
  void recogniser_replaced(Duration waited) override;
  void turn_estimate(float probability) override;
  void turn_detector_failed(Status status) override;
  void responder_intent(const event::IntentRecognised& intent) override;
  void responder_delta(std::string_view text) override;
  void responder_clause(std::string_view text, TextSpan span) override;
  void responder_done(const Usage& usage, FinishReason reason) override;
  void responder_failed(Status status) override;
  void speaker_frame(AudioView audio, std::int64_t position, TextSpan span) override;
  void speaker_flushed(std::int64_t position) override;
  void speaker_first_audio() override;
  void speaker_heard(TurnId turn, std::size_t text_end) override;
  void speaker_played() override;
  void speaker_finished() override;
  void speaker_failed(Status status) override;
  void tool_started(TurnId turn, const ContextCall& call) override;
  Status tool_effect(const ContextCall& call, const Tool& tool, std::string_view value,
                     std::string_view result) override;
  void tool_ended(const ToolEnd& end) override;
  void tool_progress(TurnId turn, const ContextCall& call, std::string_view text,
                     ToolProgress how) override;
  bool tool_filler(std::string_view text) override;
  void watch_silence();
  void silence_lasts();
  void tools_over() override;

  void failed_over(const event::ProviderFailover& failover) override;
  void breaker_changed(const event::BreakerChanged& change) override;
  void delayed(const event::StageDelayed& delay) override;
  void hedged(const event::ReplyHedged& hedge) override;
  template <class E>
  void publish_about(Stage stage, const E& event);

  // failures
  void nothing_helped(Stage stage, TurnId turn);
  void withdraw_apology();
  void warm_up();
  bool can_apologise(Stage stage) const;
  std::shared_ptr<const Pcm> apology_clip() const;
  void after_failure(Stage stage);
  void over_with(TurnId reply);
  std::string turn_state() const;
  void report_end();
  void publish_pools();

  // commands
  void carry_out(const TurnCommand& command);
  void end_turn(TurnId turn, TurnEndReason reason);
  void drop_turn(TurnId turn);
  void begin_utterance(TurnId turn);
  void pause_utterance(TurnId turn, Duration at);
  void give_up_waiting(TurnId turn);
  void request_reply(TurnId turn);
  void start_speaking(TurnId turn, int prompt);
  void tell_result(TurnId turn);
  void begin_reply(TurnId turn);
  void draft_reply();
  void drop_draft();
  void adopt_draft(TurnId turn);
  void hold_output();
  void release_output();
  void interrupt_reply(const TurnCommand& command);
  void answer_over(const Usage& usage, FinishReason reason);
  void run_tools(const Usage& usage, FinishReason reason);
  std::vector<ContextCall> name_calls(std::vector<ContextCall> calls);
  void go_on_after_tools();
  void end_of_reply_text();
  void finish_reply(std::size_t heard_end);
  void cancel_reply();
  void end_reply(std::string_view how);
  void summarise_history();
  void show_text();
  void publish_reply_done(const Usage& usage, FinishReason reason);
  struct Effect {  // of a tool
    ToolEffect effect = ToolEffect::kNone;
    ContextCall call;
    std::string value;
    std::string result;
  };
  bool announced();
  void take_effects(const std::vector<Effect>& effects);
  void take_back(std::string_view why);
  void show_news(std::size_t from);
  void settle_news();
  struct Reply {
    TurnId turn = 0;
    std::string text;           // so far
    std::size_t heard_end = 0;  // bytes
    bool interrupted = false;
    bool telling = false;               // nobody has asked: it is about a result that came late
    bool failed = false;                // the model or the voice did
    bool announced = false;             // what its tools are to bring about at its end
    bool sent = false;                  // some of its sound has left
    std::vector<std::size_t> parts{0};  // where each begins: another one after each round of tools
    Usage usage{};                      // of the parts before

    std::string_view heard() const;
    std::string_view heard(std::size_t part) const;
  };
  void new_reply(TurnId turn);
  void remember_heard(Reply& reply, std::size_t text_end);

  // Whether there is so much to do that this is done without.
  bool sheds(Shedding what) const { return parts_.admission->shedding() >= what; }
  bool voice_in() const { return hears(mode_); }
  bool voice_out() const { return speaks(mode_); }
  Duration now() const { return bus_.now(); }
  Duration microphone_time(std::int64_t sample) const;
  void log(LogLevel level, std::string_view message);
  void publish_error(Stage stage, TurnId turn, const Status& status);
  template <class E>
  void publish(TurnId turn, const E& event) {
    bus_.publish(turn, event);
  }

  std::shared_ptr<void> place_;  // among the engine's sessions; until this one has closed
  const SessionParts parts_;
  // What every frame of audio needs lies together: of a thousand sessions, none is in the cache.
  Mode mode_;
  Phase phase_ = Phase::kNew;
  bool stepping_ = false;         // a fact is being dealt with
  bool running_waiting_ = false;  // a call that waited is being carried out
  bool close_waits_ = false;      // among the calls that wait
  bool replying_ = false;
  bool spoken_ = false;                     // the reply goes to the speaker
  int depth_ = 0;                           // of Scopes
  Ring<Task> waiting_;                      // calls of the host's from inside handlers
  std::unique_ptr<Microphone> microphone_;  // once there is audio
  std::unique_ptr<Recogniser> recogniser_;
  Publisher bus_;
  const int output_rate_;
  CloseReason close_reason_ = CloseReason::kHost;
  std::string closed_in_;              // which state of the turns
  std::shared_ptr<SessionImpl> self_;  // until it has closed
  Ring<TurnInput> facts_;

  std::shared_ptr<StreamCount> streams_ = std::make_shared<StreamCount>();
  std::shared_ptr<StreamRelay> relay_ = std::make_shared<StreamRelay>();
  TurnManager turns_;
  ConversationContext context_;
  std::unique_ptr<Summariser> summariser_;  // once there is something to summarise
  Loudness loudness_;
  std::unique_ptr<EchoControl> echo_;         // once there is audio
  TranscriptReading reading_;                 // of the open utterance
  std::unique_ptr<ThrottledSum> lost_audio_;  // in ms, once the recogniser has lost some
  std::unique_ptr<TurnDetection> detection_;  // once there is audio, if there is a detector
  Responder responder_;
  Speaker speaker_;
  ToolRunner tools_;
  std::array<std::unique_ptr<PartTimer>, kTurnTimers> timers_;
  PartTimer close_timer_;
  PartTimer silence_timer_;

  struct Say {
    std::string text;
    SayOptions options;
    std::shared_ptr<const Pcm> clip = {};  // its sound; null: it is synthesised
    std::optional<Stage> failed = {};      // it is the apology for that; empty: it hangs up at once
  };
  void play(const Say& say);
  Ring<Say> says_;                // what the host wants said, oldest first
  std::size_t says_to_come_ = 0;  // among the calls that wait
  std::string typed_;             // the line of the typed turn that is being ended
  std::string keys_;              // pressed so far
  Draft draft_;
  Reply reply_;   // the present or latest one
  Reply before_;  // the latest one that was sent, before that: reports about it may be late
  bool uninterruptible_ = false;
  bool agent_asked_ = false;  // the latest reply ended in a question
  bool audible_ = false;      // some of the reply has left
  Duration audible_since_{0};
  Duration silent_since_{0};  // the reply's latest frame, or its beginning
  struct Ended {              // the latest turn that is to be answered
    TurnId turn = 0;
    Duration origin{0};
    Duration decided{0};
    Duration settled{0};
  };
  Ended ended_;
  Waterfall waterfall_;          // of the reply that is on
  std::vector<Effect> effects_;  // that wait for the end of the reply
  bool round_done_ = true;       // all calls of the latest round have ended as done
  struct News {                  // a result that the agent is to speak of
    std::string text;
    std::size_t from = 0;  // where in the reply it may be spoken of
    int failures = 0;
  };
  std::vector<News> news_;          // that the model has not seen
  std::vector<News> shown_;         // that it was to speak of in the present reply
  std::uint64_t named_calls_ = 0;   // by the session, where the model did not
  std::set<std::string> call_ids_;  // of the model's own
  struct Failure {
    Stage stage = Stage::kSession;
    TurnId turn = 0;       // that was not answered
    TurnId apology = 0;    // the turn in which the user is told; 0: not yet
    bool pending = false;  // the user is to be told, or is being told
  };
  Failure failure_;
};

}  // namespace voiceagent
