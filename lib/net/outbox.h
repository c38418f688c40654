// What the connections of a loop send within a round of it. It is written when the round ends: a
// connection's messages that follow one another in one call, and all connections one after another,
// while the kernel's code and the reader at the other end are warm.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace voiceagent::net {

// Everything on the loop.
class Outbox {
 public:
  class Writer {
   public:
    // Bytes that next() was given, whole messages. Nothing may be added meanwhile.
    virtual void write(std::string_view bytes) = 0;

   protected:
    ~Writer() = default;
  };

  Outbox();

  bool empty() const { return parts_.empty(); }
  // To which `writer` appends a message at once. Writes out what is there when that is much.
  std::string& next(Writer& writer);
  // Writes everything out.
  void flush();
  // What `writer` sent won't be written.
  void forget(const Writer& writer);

 private:
  struct Part {
    Writer* writer;  // null: forgotten
    std::size_t begin;
  };

  std::vector<Part> parts_;
  std::string bytes_;
};

}  // namespace voiceagent::net
