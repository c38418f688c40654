#include "providers/stt/pocketsphinx/model_files.h"

#include <filesystem>
#include <fstream>
#include <string>

#include "support/catch.h"
#include "support/temp_dir.h"

using namespace voiceagent;
using pocketsphinx::ModelFiles;

namespace {

namespace fs = std::filesystem;

// A copy of the system's model, to be damaged. The large files are links.
class ModelCopy {
 public:
  ModelCopy() {
    const ModelFiles system = pocketsphinx::system_model();
    fs::copy(system.acoustic, files_.acoustic);
    fs::create_symlink(system.language_model, files_.language_model);
    fs::create_symlink(system.dictionary, files_.dictionary);
  }

  const ModelFiles& files() const { return files_; }
  ModelFiles& files() { return files_; }
  std::string acoustic(const char* name) const { return files_.acoustic + "/" + name; }
  Status check() const { return pocketsphinx::check(files_); }

 private:
  const test::TempDir folder_;
  ModelFiles files_{
      folder_.path("model"), folder_.path("words.lm"), folder_.path("words.dict"), {}};
};

void check_refused(const Status& status, ErrorCode code, const std::string& path) {
  CAPTURE(status.to_string(), path);
  CHECK(status.code() == code);
  CHECK(status.message().find(path) != std::string::npos);
  CHECK(status.message().find("pocketsphinx-en-us") != std::string::npos);
}

}  // namespace

TEST_CASE("the system's model is complete, and so is a copy of it") {
  CHECK(pocketsphinx::check(pocketsphinx::system_model()).ok());
  CHECK(ModelCopy().check().ok());
}

TEST_CASE("a missing file of a model is named, with what to install") {
  for (const char* name :
       {"mdef", "feat.params", "means", "variances", "transition_matrices", "sendump"}) {
    const ModelCopy model;
    fs::remove(model.acoustic(name));
    check_refused(model.check(), ErrorCode::kNotFound, model.acoustic(name));
  }
  ModelCopy model;
  fs::remove(model.files().dictionary);
  check_refused(model.check(), ErrorCode::kNotFound, model.files().dictionary);
  ModelFiles none = pocketsphinx::system_model();
  none.acoustic = "/nowhere/model";
  check_refused(pocketsphinx::check(none), ErrorCode::kNotFound, none.acoustic);
  none = pocketsphinx::system_model();
  none.language_model = "/nowhere/words.lm";
  check_refused(pocketsphinx::check(none), ErrorCode::kNotFound, none.language_model);
}

TEST_CASE("with a grammar the language model isn't needed, but the grammar is") {
  ModelCopy model;
  fs::remove(model.files().language_model);
  model.files().grammar = model.acoustic("grammar.jsgf");
  check_refused(model.check(), ErrorCode::kNotFound, model.files().grammar);
  std::ofstream(model.files().grammar) << "#JSGF V1.0;";
  CHECK(model.check().ok());
}

TEST_CASE("an empty file of a model is refused") {
  for (const char* name : {"mdef", "feat.params", "means", "sendump"}) {
    const ModelCopy model;
    fs::resize_file(model.acoustic(name), 0);
    check_refused(model.check(), ErrorCode::kInvalidArgument, model.acoustic(name));
  }
}

TEST_CASE("a table that is cut off is refused") {
  for (const char* name : {"means", "variances", "transition_matrices"}) {
    const ModelCopy model;
    const auto whole = fs::file_size(model.acoustic(name));
    // Inside the header, inside the dimensions, among the numbers, inside the last of them.
    for (const std::uintmax_t size :
         {std::uintmax_t{36}, std::uintmax_t{50}, whole / 2, whole - 5}) {
      CAPTURE(size);
      fs::resize_file(model.acoustic(name), size);
      check_refused(model.check(), ErrorCode::kInvalidArgument, model.acoustic(name));
    }
  }
}

TEST_CASE("files of another kind are refused") {
  for (const char* name : {"mdef", "means", "variances", "transition_matrices"}) {
    const ModelCopy model;
    std::ofstream(model.acoustic(name)) << "something else altogether, but long enough to be read";
    check_refused(model.check(), ErrorCode::kInvalidArgument, model.acoustic(name));
  }
}
