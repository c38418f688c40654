// A name service for tests: names that end in ".test" are answered here, all others by the system.
// It takes the place of getaddrinfo() in the program that includes it.
#pragma once

#include <string>
#include <vector>

namespace voiceagent::test {

// As long as it lives, the name has these addresses (numeric; none: unknown to everybody).
class TestName {
 public:
  explicit TestName(std::string name, std::vector<std::string> addresses = {"127.0.0.1"});
  ~TestName();
  TestName(const TestName&) = delete;
  TestName& operator=(const TestName&) = delete;

  // From now on nobody gets an answer, until release() or this object's end.
  void hold();
  void release();
  // Waits until somebody has asked for it; false when nobody does.
  [[nodiscard]] bool wait_until_asked();
  // How often it was asked for.
  int asked() const;

 private:
  std::string name_;
};

}  // namespace voiceagent::test
