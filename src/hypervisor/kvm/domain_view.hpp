// What a domain has, read from the XML that libvirt prints of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/id.hpp"

namespace welkin::hypervisor::kvm {

struct DiskView {
  std::string target;  ///< vda, hdc …
  bool cdrom = false;
  std::string path;  ///< empty when nothing is in the drive
  std::string serial;
};

struct NicView {
  std::string mac;  ///< as libvirt prints it, in lower case
  std::string tap;
};

struct DomainView {
  bool ours = false;  ///< it carries our mark
  std::vector<DiskView> disks;
  std::vector<NicView> nics;
  std::string medium;  ///< id of the volume in the CD-ROM drive; empty for none
  int cpus = 0;
  int cpus_max = 0;
  std::int64_t memory_bytes = 0;
  std::int64_t memory_bytes_max = 0;
  int vnc_port = 0;  ///< 0 when it does not listen
  std::string vnc_address;
  std::string vnc_password;  ///< only in XML that was asked for with secrets
  std::string serial_log;

  const DiskView* disk(const Uuid& volume) const;
  const DiskView* disk_at(const std::string& target) const;
  const NicView* nic(const std::string& mac) const;
};

DomainView read_domain(const std::string& xml);

}  // namespace welkin::hypervisor::kvm
