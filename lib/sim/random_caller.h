// The user and the host of a random conversation.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/far_end.h"
#include "sim/invariants.h"
#include "sim/random_plan.h"
#include "voiceagent/executor.h"
#include "voiceagent/session.h"

namespace voiceagent::sim {

// Moves the time. Lives on the executor's thread, outside of its tasks.
class RandomCaller {
 public:
  // `note` takes what is done, for the timeline.
  RandomCaller(const RandomPlan& plan, VirtualExecutor& time, Session& session,
               Invariants& invariants, FarEnd& far_end,
               std::function<void(const std::string&)> note);

  // Holds the whole conversation, up to the hang-up and what may come after it.
  void converse();
  // Carries out a hook; on the session's executor.
  void command(HostCommand command);

  const std::vector<Utterance>& utterances() const { return utterances_; }

 private:
  void act();
  void await_moment();
  void speak();
  std::size_t commit_within(Pcm& pcm);
  void note_words(std::string_view text, std::uint32_t first, Duration begin,
                  std::optional<std::size_t> cut);
  void back_channel();
  void cough();
  void type();
  void press_keys();
  void say();
  void settle();
  void hang_up();

  std::string words(int count);
  void sound(const Pcm& pcm);
  void send(const Pcm& pcm, bool loud);
  void disturb();
  void pass(Duration length);
  // Until `reached` holds, at most for `limit`.
  template <class Reached>
  bool pass_until(Duration limit, Reached reached);
  void push(std::span<const std::int16_t> samples);
  Duration now() const { return time_.now().time_since_epoch(); }
  bool over() const { return session_.closed(); }
  bool listens() const;

  const RandomPlan& plan_;
  VirtualExecutor& time_;
  Session& session_;
  Invariants& invariants_;
  FarEnd& far_end_;
  const std::function<void(const std::string&)> note_;
  Chance chance_;
  Chance cuts_;             // of speech, by a host that commits,
  const double cut_share_;  // and how much of it is
  Pcm pending_;             // less than a chunk
  Duration open_until_{0};  // the microphone sends silence so long
  Duration sound_at_{0};    // the user's last
  std::uint32_t next_word_ = 1;
  std::uint32_t next_typed_ = 1;
  std::uint32_t next_said_ = 1;
  std::vector<Utterance> utterances_;
};

}  // namespace voiceagent::sim
