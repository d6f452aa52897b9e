// Cutting works because QEMU opens the files for appending: its next write lands at the new end.
#include "hypervisor/kvm/serial_logs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.hpp"

namespace welkin::hypervisor::kvm {
namespace {

/// Losing a line that arrives in between is harmless.
void cut(const std::filesystem::path& file, std::size_t keep) {
  const int fd = open(file.c_str(), O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0) return;
  std::string tail(keep, '\0');
  const auto size = lseek(fd, 0, SEEK_END);
  const auto got = size < off_t(keep) ? -1 : pread(fd, tail.data(), keep, size - off_t(keep));
  if (got > 0 && ftruncate(fd, 0) == 0) [[maybe_unused]]
    const auto written = ::write(fd, tail.data(), std::size_t(got));
  close(fd);
}

}  // namespace

SerialLogs::SerialLogs(std::string directory, std::size_t bytes_max)
    : directory_(std::move(directory)), bytes_max_(bytes_max) {
  if (directory_.empty()) return;
  std::error_code failed;
  std::filesystem::create_directories(directory_, failed);
  if (failed)
    throw Error(Fault::internal, "The directory for serial logs cannot be made: " + directory_, {},
                failed.message());
}

std::string SerialLogs::path(const Uuid& instance) const {
  return directory_.empty() ? "" : directory_ + "/" + instance.text() + ".log";
}

void SerialLogs::prepare(const Uuid& instance) const {
  if (directory_.empty()) return;
  const int fd = open(path(instance).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    throw Error(Fault::internal, "The serial log of instance " + instance.text() + " cannot be made.");
  close(fd);
}

void SerialLogs::remove(const Uuid& instance) const {
  if (!directory_.empty()) unlink(path(instance).c_str());
}

void SerialLogs::trim() const {
  if (directory_.empty()) return;
  std::error_code failed;
  for (const auto& file : std::filesystem::directory_iterator(directory_, failed))
    if (file.path().extension() == ".log" && file.is_regular_file(failed) &&
        file.file_size(failed) > bytes_max_ && !failed)
      cut(file.path(), bytes_max_ / 4);
}

}  // namespace welkin::hypervisor::kvm
