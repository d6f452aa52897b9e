// How fast a disk may be: what offerings promise and volumes inherit.
#pragma once

#include "base/described.hpp"

namespace welkin::model {

/// Per second; 0 is no limit. Bursts reach the higher `_max` for at most `_max_seconds`.
struct DiskLimits {
  FIELDS(DiskLimits,
    (std::int64_t, bytes_read, "Bytes read."),
    (std::int64_t, bytes_read_max, "Bytes read in a burst."),
    (std::int64_t, bytes_read_max_seconds, "Length of that burst."),
    (std::int64_t, bytes_write, "Bytes written."),
    (std::int64_t, bytes_write_max, "Bytes written in a burst."),
    (std::int64_t, bytes_write_max_seconds, "Length of that burst."),
    (std::int64_t, iops_read, "Reads."),
    (std::int64_t, iops_read_max, "Reads in a burst."),
    (std::int64_t, iops_read_max_seconds, "Length of that burst."),
    (std::int64_t, iops_write, "Writes."),
    (std::int64_t, iops_write_max, "Writes in a burst."),
    (std::int64_t, iops_write_max_seconds, "Length of that burst."))
};

}  // namespace welkin::model
