// What every hypervisor driver asks of a spec before it does anything.
#pragma once

#include "hypervisor/driver.hpp"

namespace welkin::hypervisor {

/// Positions run from 0 to 25; 3 is kept for the CD-ROM.
constexpr int position_max = 25;
constexpr int cdrom_position = 3;
/// Guests bring added memory into use in blocks of this size.
constexpr std::int64_t memory_step_bytes = std::int64_t{128} << 20;

/// These throw `invalid`, and name the field that is wrong.
void check(const InstanceSpec& spec);
void check(const DiskSpec& disk);
void check(const NicSpec& nic);
/// An instance's name in the hypervisor: letters, digits, dot, dash, underscore; at most 80.
void check_name(const std::string& name);
/// A network link's name: the same letters, at most 15 characters.
void check_link(const std::string& link, std::string_view field);

/// How far an instance may grow, with the zeros of its spec filled in.
int cpus_max(const InstanceSpec& spec);
std::int64_t memory_bytes_max(const InstanceSpec& spec);

/// Throws `unsupported` when a running instance cannot grow to `wish`, `invalid` when it would shrink.
void check_growth(const ScaleInstance& wish, int cpus, int cpus_max, std::int64_t memory_bytes,
                  std::int64_t memory_bytes_max);

}  // namespace welkin::hypervisor
