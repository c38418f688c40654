// The tools of an agent, checked once and shared by its sessions.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_schema.h"
#include "voiceagent/llm.h"
#include "voiceagent/status.h"
#include "voiceagent/tool.h"

namespace voiceagent {

class ToolBox {
 public:
  static constexpr std::size_t kMaxTools = 128;

  // The error names the tool, what is wrong with it and what to do. Null for no tools at all.
  static Result<std::shared_ptr<const ToolBox>> create(std::vector<Tool> tools);
  ToolBox(const ToolBox&) = delete;
  ToolBox& operator=(const ToolBox&) = delete;

  // Null when there is none of that name.
  const Tool* find(std::string_view name) const;
  // What the model wrote as arguments of `tool`, which is one of this box: parsed and checked. The
  // error is for the model.
  Result<Json> arguments(const Tool& tool, std::string_view text) const;
  // For the model.
  std::span<const ToolDescription> descriptions() const { return descriptions_; }

 private:
  explicit ToolBox(std::vector<Tool> tools) : tools_(std::move(tools)) {}

  const std::vector<Tool> tools_;
  std::vector<std::shared_ptr<const JsonSchema>> schemas_;  // by the tool's index
  std::vector<ToolDescription> descriptions_;
};

}  // namespace voiceagent
