// The files in which guests' serial consoles end up; none grows without bound.
#pragma once

#include <string>

#include "base/id.hpp"

namespace welkin::hypervisor::kvm {

/// QEMU appends to the files; we cut them.
class SerialLogs {
 public:
  /// An empty directory keeps no logs.
  explicit SerialLogs(std::string directory, std::size_t bytes_max = 4 << 20);

  /// Empty when no logs are kept.
  std::string path(const Uuid& instance) const;
  /// Makes the file, readable to nobody else.
  void prepare(const Uuid& instance) const;
  void remove(const Uuid& instance) const;
  /// Cuts every file that is too long to the last quarter of what it may be.
  void trim() const;

 private:
  std::string directory_;
  std::size_t bytes_max_;
};

}  // namespace welkin::hypervisor::kvm
