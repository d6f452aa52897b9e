// What the tests of this folder share: a folder that goes away, files in it, and qemu-img.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/error.hpp"
#include "base/id.hpp"
#include "base/program.hpp"
#include "storage/local/digest.hpp"

namespace welkin::storage {

/// A folder of the test's own, removed with all in it.
class Scratch {
 public:
  Scratch() {
    path_ = (std::filesystem::temp_directory_path() / "welkin-storage-XXXXXX").native();
    must(::mkdtemp(path_.data()) != nullptr, "a test makes its folder");
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

inline std::string file_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary).write(text.data(), std::streamsize(text.size()));
}

/// Runs qemu-img and answers what it says; a failure fails the test.
inline std::string qemu_img(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "qemu-img");
  const ProgramEnd end = run_program(arguments, std::chrono::seconds(60));
  EXPECT_EQ(end.status, 0) << end.output;
  return end.output;
}

inline std::string sha256_of(std::string_view text) {
  Digest digest(Algorithm::sha256);
  digest.add(text);
  return digest.hex();
}

inline Uuid some_uuid() { return new_uuid(machine_clock(), machine_random()); }

/// Names left in a folder, hidden ones too.
inline std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  return names;
}

/// The error that `act` throws; the test fails when it throws none.
template <class Act>
Error error_of(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error was thrown";
  return Error(Fault::internal, "none");
}

}  // namespace welkin::storage
