// Feeds arbitrary bytes to the reader of frames, in pieces, as an attacker's connection would.
#include <cstddef>
#include <cstdint>

#include "link/frame.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace welkin;
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const std::size_t piece = size > 0 ? 1 + bytes[0] % 64 : 1;
  link::FrameReader reader(link::greeting_bytes_max);
  try {
    for (std::size_t at = 1; at < size; at += piece) {
      reader.feed(input.substr(at, piece));
      while (auto frame = reader.next()) {
        if (frame->has_request()) link::encode_request(1, link::request_from_wire(*frame->mutable_request()));
        if (frame->has_answer()) link::encode_answer(1, link::outcome_from_wire(*frame->mutable_answer()));
        if (frame->has_report()) link::uuid_from_wire(frame->report().host());
        link::encode(*frame);
      }
    }
  } catch (const Error& error) {
    must(error.fault == Fault::invalid, "only bad input is refused");
  }
  return 0;
}
