#include "providers/stt/pocketsphinx/model_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace voiceagent::pocketsphinx {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAdvice =
    " (for English: install the Debian package pocketsphinx-en-us, or name your model's files in "
    "the options model, language_model and dictionary)";

Status missing(const std::string& path, const std::string& what) {
  return not_found("pocketsphinx: " + path + ": " + what + std::string(kAdvice));
}

Status damaged(const std::string& path, const std::string& what) {
  return invalid_argument("pocketsphinx: " + path + ": " + what + std::string(kAdvice));
}

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

// What a file begins with, and how long it is.
struct Head {
  std::string bytes;
  std::uintmax_t size = 0;
};

Result<Head> read_head(const std::string& path) {
  std::error_code error;
  const bool regular = fs::is_regular_file(path, error);
  if (!regular) return missing(path, error ? error.message() : "not a file");
  Head head;
  head.size = fs::file_size(path, error);
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return missing(path, std::generic_category().message(errno));
  head.bytes.resize(1024);
  head.bytes.resize(std::fread(head.bytes.data(), 1, head.bytes.size(), file.get()));
  if (head.bytes.empty()) return damaged(path, "the file is empty");
  return head;
}

Status check_file(const std::string& path) { return read_head(path).status(); }

// The model's structure, in binary of either byte order or as text.
Status check_definition(const std::string& path) {
  const Result<Head> head = read_head(path);
  if (!head.ok()) return head.status();
  const std::string_view bytes = head->bytes;
  const bool known = bytes.starts_with("BMDF") || bytes.starts_with("FDMB") ||
                     bytes.find("n_base") != std::string_view::npos;
  return known ? Status() : damaged(path, "not a file of an acoustic model");
}

// A table of numbers: a header in text up to "endhdr", a number that tells the byte order,
// `dimensions` integers (`stream_widths`: and as many more as the second of them says), how many
// floats follow, and those.
Status check_table(const std::string& path, std::size_t dimensions, bool stream_widths) {
  const Result<Head> head = read_head(path);
  if (!head.ok()) return head.status();
  constexpr std::string_view kEnd = "endhdr\n";
  const std::string_view bytes = head->bytes;
  const std::size_t end = bytes.find(kEnd);
  if (!bytes.starts_with("s3") || end == std::string_view::npos) {
    return damaged(path, "not a file of an acoustic model");
  }
  const std::size_t begin = end + kEnd.size();
  std::array<std::uint32_t, 16> numbers{};
  const std::size_t known = std::min(sizeof numbers, bytes.size() - begin);
  std::memcpy(numbers.data(), bytes.data() + begin, known);
  constexpr std::uint32_t kNative = 0x11223344;
  if (numbers[0] != kNative) return {};  // of the other byte order: the library's affair
  std::size_t at = 1 + dimensions;
  if (stream_widths) at += std::min<std::size_t>(numbers[2], numbers.size() - at - 1);
  const std::uintmax_t wanted = begin + 4 * (at + 1 + std::uintmax_t{numbers[at]});
  if (4 * (at + 1) > known || head->size < wanted) return damaged(path, "the file is cut off");
  return {};
}

// What is no grammar, the library would copy to standard output.
Status check_grammar(const std::string& path) {
  const Result<Head> head = read_head(path);
  if (!head.ok()) return head.status();
  if (head->bytes.starts_with("#JSGF")) return {};
  return damaged(path, "not a JSGF grammar: it must begin with #JSGF");
}

Status check_acoustic(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return missing(folder, "there is no such folder with an acoustic model");
  }
  const std::string base = folder + "/";
  const bool has_weights = fs::exists(base + "mixture_weights", error);
  for (Status status :
       {check_definition(base + "mdef"), check_file(base + "feat.params"),
        check_table(base + "means", 3, true), check_table(base + "variances", 3, true),
        check_table(base + "transition_matrices", 3, false),
        has_weights ? check_table(base + "mixture_weights", 3, false)
                    : check_file(base + "sendump")}) {
    if (!status.ok()) return status;
  }
  return {};
}

}  // namespace

ModelFiles system_model() {
  std::string root;
  std::error_code error;
  for (const char* candidate :
       {"/usr/local/share/pocketsphinx/model/en-us", "/usr/share/pocketsphinx/model/en-us"}) {
    root = candidate;
    if (fs::is_directory(root, error)) break;
  }
  return {root + "/en-us", root + "/en-us.lm.bin", root + "/cmudict-en-us.dict", {}};
}

Status check(const ModelFiles& files) {
  if (Status status = check_acoustic(files.acoustic); !status.ok()) return status;
  if (Status status = check_file(files.dictionary); !status.ok()) return status;
  return files.grammar.empty() ? check_file(files.language_model) : check_grammar(files.grammar);
}

}  // namespace voiceagent::pocketsphinx
