#include <utility>

#include "core/engine.h"

namespace voiceagent {

Result<std::shared_ptr<Engine>> Engine::create(EngineOptions options) {
  if (options.registry == nullptr) {
    auto registry = std::make_shared<Registry>();
    register_builtin_providers(*registry);
    options.registry = std::move(registry);
  }
  return make_engine(std::move(options));
}

}  // namespace voiceagent
