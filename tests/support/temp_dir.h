// A folder for the files of one test; it goes away with this object.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <random>
#include <span>
#include <string>

namespace voiceagent::test {

class TempDir {
 public:
  TempDir() {
    static std::atomic<unsigned> count{0};
    std::random_device random;
    path_ = std::filesystem::temp_directory_path() /
            ("voiceagent-test-" + std::to_string(random()) + "-" + std::to_string(++count));
    std::filesystem::create_directories(path_);
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  // Where a file of this name would be.
  std::string path(const std::string& name) const { return (path_ / name).string(); }

  // Writes a file and says where it is.
  std::string write(const std::string& name, std::span<const std::byte> bytes) const {
    std::ofstream file(path(name), std::ios::binary);
    file.write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace voiceagent::test
