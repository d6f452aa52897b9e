// Kinds of machines: hypervisors, processor architectures and ways to boot.
#pragma once

#include "base/described.hpp"

namespace welkin::model {

/// `any` stands for templates and offerings that fit all.
CHOICES(HypervisorType, (any, "Any"), (kvm, "KVM"), (vmware, "VMware"), (xenserver, "XenServer"),
        (hyperv, "Hyperv"), (lxc, "LXC"), (bare_metal, "BareMetal"), (simulator, "Simulator"),
        (external, "External"), (none, "None"))

CHOICES(Arch, (x86_64, "x86_64"), (aarch64, "aarch64"), (s390x, "s390x"), (i686, "i686"))

CHOICES(BootType, (bios, "BIOS"), (uefi, "UEFI"))
CHOICES(BootMode, (legacy, "LEGACY"), (secure, "SECURE"))

/// What is made of a disk's promised size at its making.
CHOICES(Provisioning, (thin, "thin"), (sparse, "sparse"), (fat, "fat"))
/// Whether disks lie on a pool that many hosts reach, or on the host's own.
CHOICES(StorageType, (shared, "shared"), (local, "local"))
CHOICES(CacheMode, (none, "none"), (writeback, "writeback"), (writethrough, "writethrough"),
        (hypervisor_default, "hypervisor_default"))

}  // namespace welkin::model
