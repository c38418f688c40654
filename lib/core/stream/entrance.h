// The door into a session: whatever comes in (a timer, a provider's callback, a call of the host's)
// goes through it, so that calls of the host's from inside wait until all of it has been done.
#pragma once

namespace voiceagent {

class Entrance {
 public:
  virtual void enter() = 0;
  virtual void leave() = 0;

 protected:
  ~Entrance() = default;
};

// Inside, as long as it lives. Null: there is no door.
class Inside {
 public:
  explicit Inside(Entrance* entrance) : entrance_(entrance) {
    if (entrance_ != nullptr) entrance_->enter();
  }
  ~Inside() {
    if (entrance_ != nullptr) entrance_->leave();
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  Entrance* const entrance_;
};

}  // namespace voiceagent
