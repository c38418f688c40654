// How far long work has come: one line on standard error, only for people (a terminal).
#pragma once

#include <chrono>
#include <string>
#include <utility>

namespace cli {

class Progress {
 public:
  // `total` seconds of audio are to be done. Off if `wanted` is false.
  Progress(std::string what, double total, bool wanted = true);
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // So many seconds are done.
  void at(double seconds);
  // Takes the line away, so that something else can be printed.
  void clear();

 private:
  std::string what_;
  double total_;
  bool on_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace cli
