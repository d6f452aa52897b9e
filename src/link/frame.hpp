// Frames on the wire: a length of four bytes, big-endian, and a protobuf message.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"
#include "link/frame.pb.h"
#include "link/memory.hpp"

namespace welkin::link {

/// Longest frame accepted and sent; before an agent is known, far less is.
inline constexpr std::size_t frame_bytes_max = 16u << 20;
inline constexpr std::size_t greeting_bytes_max = 64u << 10;

/// The bytes to send. Throws `invalid` when the frame is too long.
std::string encode(const wire::Frame& frame);

/// Cuts a stream of bytes into frames.
class FrameReader {
 public:
  explicit FrameReader(std::size_t bytes_max = frame_bytes_max) : bytes_max_(bytes_max) {}

  void feed(std::string_view bytes);
  /// The next whole frame, if it is there. Throws `invalid` for a length beyond the limit and for what is no
  /// frame.
  std::optional<wire::Frame> next();
  void allow(std::size_t bytes_max) { bytes_max_ = bytes_max; }

 private:
  std::size_t bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;
};

std::string to_wire(const Uuid& id);
/// Nil for anything but 16 bytes.
Uuid uuid_from_wire(std::string_view bytes);

wire::Problem to_wire(const Error& error);
/// Texts are cut to a length fit for logs and answers.
Error error_from_wire(const wire::Problem& problem);

std::string encode_request(std::uint64_t sequence, const Request& request);
Request request_from_wire(wire::Request& request);
std::string encode_answer(std::uint64_t sequence, const Outcome& outcome);
Outcome outcome_from_wire(wire::Answer& answer);

}  // namespace welkin::link
