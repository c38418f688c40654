// A detector from a function of one frame.
#include <memory>
#include <utility>

#include "voiceagent/vad.h"

namespace voiceagent {
namespace {

using Function = std::function<float(std::span<const std::int16_t> frame)>;

class Stream final : public VadStream {
 public:
  explicit Stream(std::shared_ptr<const Function> function) : function_(std::move(function)) {}
  float process(std::span<const std::int16_t> frame) override { return (*function_)(frame); }
  void reset() override {}  // the function has no memory

 private:
  const std::shared_ptr<const Function> function_;
};

class Provider final : public VadProvider {
 public:
  Provider(Function function, VadFormat format)
      : function_(std::make_shared<const Function>(std::move(function))), format_(format) {}
  VadFormat format() const override { return format_; }
  Result<std::unique_ptr<VadStream>> start(const StreamContext&) override {
    return std::unique_ptr<VadStream>(std::make_unique<Stream>(function_));
  }

 private:
  const std::shared_ptr<const Function> function_;
  const VadFormat format_;
};

}  // namespace

std::shared_ptr<VadProvider> vad_from_function(Function function, VadFormat format) {
  return std::make_shared<Provider>(std::move(function), format);
}

}  // namespace voiceagent
