// A libvirtd of our own: clouds can share a machine, and the machine's own libvirt stays untouched.
#pragma once

#include <memory>
#include <string>

#include "base/described.hpp"

namespace welkin::hypervisor::kvm {

class Calls;
class Process;

struct LibvirtdOptions {
  FIELDS(LibvirtdOptions,
    (std::string, directory, "Of its socket, settings, state and logs; absolute, at most 80 bytes."),
    (Uuid, host, "The host's id: must stay the same, and differ from every other libvirtd's."),
    (std::string, program, "Empty is /usr/sbin/libvirtd."),
    (int, hang_seconds, "A libvirtd that greets nobody for so long is ended and replaced; 0 is 45."))
};

/// A private libvirtd. It lives in a mount namespace where libvirt's directories are ours, and in the network
/// namespace of the thread that starts it, beneath a keeper process that takes in its orphans. It and its
/// guests outlive this object, the agent, and each other: a later Libvirtd of the same directory finds them
/// again. Needs root.
///
/// systemd must not end the agent's children with it: `KillMode=process`.
class Libvirtd {
 public:
  /// Makes the directory. Throws `invalid` when it is unfit.
  explicit Libvirtd(LibvirtdOptions options);

  /// Starts it unless it answers; one that hangs is replaced, and its guests live on. Safe to call at any time,
  /// from several agents at once. Throws `internal` with the end of its log as cause when it does not come up
  /// within 30 s.
  void ensure();
  /// It accepts connections.
  bool answers() const;
  /// For kvm::Options.
  std::string uri() const;
  /// Ends all guests, then libvirtd, by the process ids in its own files and only after proof that they are
  /// its own. Throws `timeout` when one survives.
  void stop_everything();

 private:
  void write_settings() const;
  void forget_an_earlier_boot() const;
  void launch() const;
  bool greets() const;
  bool is_ours(const Process& daemon) const;
  std::string path(std::string_view name) const;
  std::string socket() const;

  LibvirtdOptions options_;
  std::shared_ptr<Calls> calls_;
};

}  // namespace welkin::hypervisor::kvm
