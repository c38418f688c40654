#include "providers/stt/pocketsphinx/settings.h"

#include <pocketsphinx.h>

#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "providers/stt/pocketsphinx/library.h"

namespace voiceagent::pocketsphinx {
namespace {

Result<Settings> parse(std::vector<std::string> arguments) {
  tame_library();
  std::vector<char*> pointers;
  pointers.reserve(arguments.size());
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  Settings settings(
      cmd_ln_parse_r(nullptr, ps_args(), static_cast<int>(pointers.size()), pointers.data(), TRUE));
  if (settings == nullptr) {
    return internal_error("pocketsphinx: its settings were refused" + take_library_error());
  }
  return settings;
}

}  // namespace

void SettingsDeleter::operator()(cmd_ln_s* settings) const { cmd_ln_free_r(settings); }

// Chosen by word error rate and by time over recordings of people: a narrow search that looks at
// the lattice once more at the end, and no noise removal, which costs more words than it saves.
Result<Settings> decoder_settings(const ModelFiles& files) {
  const bool closed = !files.grammar.empty();
  return parse({"pocketsphinx", "-hmm", files.acoustic, "-dict", files.dictionary,
                closed ? "-jsgf" : "-lm", closed ? files.grammar : files.language_model, "-topn",
                "2", "-maxhmmpf", "3000", "-maxwpf", "10", "-fwdflat", "no", "-bestpath", "yes",
                "-cmn", "none"});
}

Result<Settings> front_end_settings(const ModelFiles& files) {
  Result<Settings> settings =
      parse({"pocketsphinx", "-remove_noise", "no", "-remove_silence", "no"});
  if (!settings.ok()) return settings;
  const std::string path = files.acoustic + "/feat.params";
  if (cmd_ln_parse_file_r(settings->get(), ps_args(), path.c_str(), FALSE) == nullptr) {
    return invalid_argument("pocketsphinx: " + path + ": cannot be read" + take_library_error());
  }
  return settings;
}

Cepstrum model_mean(const Settings& settings) {
  Cepstrum mean{};
  const char* text = cmd_ln_str_r(settings.get(), "-cmninit");
  std::string_view rest = text != nullptr ? text : "";
  for (float& value : mean) {
    const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), value);
    rest.remove_prefix(static_cast<std::size_t>(parsed.ptr - rest.data()));
    if (parsed.ec != std::errc() || !rest.starts_with(',')) break;
    rest.remove_prefix(1);
  }
  return mean;
}

}  // namespace voiceagent::pocketsphinx
