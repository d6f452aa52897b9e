// The look at an image that came from outside, taken in a confined process.
#pragma once

#include "storage/local/image_header.hpp"

namespace welkin::storage {

/// Answers the virtual size of a fit image. Throws the refusal as `invalid` or `limited`, `timeout` when the
/// look took more than 10 seconds, and `internal` when it could not be taken safely.
std::int64_t check_image_confined(int file, std::int64_t file_bytes, ImageFormat declared,
                                  std::int64_t virtual_bytes_max);

}  // namespace welkin::storage
