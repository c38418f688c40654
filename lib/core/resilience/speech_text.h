// The text that a synthesiser's stream was given, so that it can be given again from any place.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace voiceagent {

class SpeechText {
 public:
  // So much at most waits for a synthesiser that takes no more.
  static constexpr std::size_t kMaxWaiting = 64;

  bool full() const { return steps_.size() - sent_ >= kMaxWaiting; }
  void add(std::string_view piece) {
    text_ += piece;
    steps_.push_back({text_.size(), false});
  }
  void flush() { steps_.push_back({text_.size(), true}); }
  void finish() { finish_ = true; }

  // Hands what has not been handed over yet to a stream, as much as it takes.
  template <class Stream>
  void send(Stream& stream) {
    for (; sent_ < steps_.size(); ++sent_) {
      const Step& step = steps_[sent_];
      if (step.flush) {
        stream.flush();
        continue;
      }
      if (step.end <= handed_) continue;
      if (!stream.text(std::string_view(text_).substr(handed_, step.end - handed_))) return;
      handed_ = step.end;
    }
    if (finish_ && !finish_told_) {
      finish_told_ = true;
      stream.finish();
    }
  }
  // Everything from `place` on goes to another stream.
  void again_from(std::size_t place) {
    handed_ = place;
    sent_ = done_;
    finish_told_ = false;
  }

  // A flush was answered. False: it was the answer to finish(), or none was owed.
  bool answered() {
    const std::size_t flush = next_flush();
    if (flush >= sent_) return false;
    done_ = flush + 1;
    return true;
  }
  // The end of the text that the next answer is about.
  std::size_t answer_end() const {
    const std::size_t flush = next_flush();
    return flush < steps_.size() ? steps_[flush].end : text_.size();
  }
  bool owes_answer() const { return done_ < steps_.size(); }
  bool finish_told() const { return finish_told_; }
  std::string_view text() const { return text_; }

 private:
  struct Step {
    std::size_t end;  // of the text so far
    bool flush;
  };

  std::size_t next_flush() const {
    std::size_t step = done_;
    while (step < steps_.size() && !steps_[step].flush) ++step;
    return step;
  }

  std::string text_;
  std::vector<Step> steps_;
  std::size_t sent_ = 0;    // steps that the present stream has taken
  std::size_t done_ = 0;    // steps up to the last flush that was answered
  std::size_t handed_ = 0;  // bytes that the present stream has taken, or need not take
  bool finish_ = false;
  bool finish_told_ = false;
};

}  // namespace voiceagent
