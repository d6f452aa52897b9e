// Encoding, cutting and translating frames.
#include "link/frame.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <cstring>

namespace welkin::link {

namespace {
constexpr std::size_t problem_text_max = 4096;

std::string cut(const std::string& text) { return text.substr(0, problem_text_max); }
}  // namespace

std::string encode(const wire::Frame& frame) {
  const auto length = frame.ByteSizeLong();
  if (length > frame_bytes_max)
    throw Error(Fault::invalid,
                fmt::format("The message is {} bytes long; the limit is {}.", length, frame_bytes_max));
  std::string out(4 + length, '\0');
  const std::uint32_t prefix = htonl(std::uint32_t(length));
  std::memcpy(out.data(), &prefix, sizeof prefix);
  frame.SerializeToArray(out.data() + 4, int(length));
  return out;
}

void FrameReader::feed(std::string_view bytes) {
  if (begin_ > 0 && begin_ * 2 >= buffer_.size()) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  buffer_ += bytes;
}

std::optional<wire::Frame> FrameReader::next() {
  const auto rest = std::string_view(buffer_).substr(begin_);
  if (rest.size() < 4) return std::nullopt;
  std::uint32_t prefix = 0;
  std::memcpy(&prefix, rest.data(), sizeof prefix);
  const std::size_t length = ntohl(prefix);
  if (length > bytes_max_)
    throw Error(Fault::invalid,
                fmt::format("A frame of {} bytes was announced; the limit is {}.", length, bytes_max_));
  if (rest.size() < 4 + length) return std::nullopt;
  wire::Frame frame;
  if (!frame.ParseFromArray(rest.data() + 4, int(length)) || frame.kind_case() == wire::Frame::KIND_NOT_SET)
    throw Error(Fault::invalid, fmt::format("A frame of {} bytes could not be read.", length));
  begin_ += 4 + length;
  if (begin_ == buffer_.size()) {
    buffer_ = {};  // WHY: thousands of idle connections should not keep their largest frame
    begin_ = 0;
  }
  return frame;
}

std::string to_wire(const Uuid& id) {
  return std::string(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
}

Uuid uuid_from_wire(std::string_view bytes) {
  Uuid id;
  if (bytes.size() == id.bytes.size()) std::memcpy(id.bytes.data(), bytes.data(), bytes.size());
  return id;
}

wire::Problem to_wire(const Error& error) {
  wire::Problem problem;
  problem.set_fault(std::string(fault_name(error.fault)));
  problem.set_message(cut(error.message));
  problem.set_subject(cut(error.subject));
  problem.set_cause(cut(error.cause));
  return problem;
}

Error error_from_wire(const wire::Problem& problem) {
  return Error(fault_named(problem.fault()), cut(problem.message()), cut(problem.subject()),
               cut(problem.cause()));
}

std::string encode_request(std::uint64_t sequence, const Request& request) {
  wire::Frame frame;
  auto& out = *frame.mutable_request();
  out.set_sequence(sequence);
  out.set_host(to_wire(request.host));
  out.set_verb(request.verb);
  out.set_body(request.body);
  auto& operation = *out.mutable_operation();
  if (request.operation.journey) operation.set_journey(to_wire(request.operation.journey));
  operation.set_step(request.operation.step);
  operation.set_epoch(request.operation.epoch);
  operation.set_deadline_ms(request.operation.deadline_ms);
  return encode(frame);
}

Request request_from_wire(wire::Request& request) {
  const auto& operation = request.operation();
  return {uuid_from_wire(request.host()), std::move(*request.mutable_verb()),
          std::move(*request.mutable_body()),
          Operation{uuid_from_wire(operation.journey()), operation.step(), operation.epoch(),
                    operation.deadline_ms()}};
}

std::string encode_answer(std::uint64_t sequence, const Outcome& outcome) {
  wire::Frame frame;
  auto& answer = *frame.mutable_answer();
  answer.set_sequence(sequence);
  if (outcome)
    answer.set_body(*outcome);
  else
    *answer.mutable_problem() = to_wire(outcome.error());
  return encode(frame);
}

Outcome outcome_from_wire(wire::Answer& answer) {
  if (answer.has_problem()) return std::unexpected(error_from_wire(answer.problem()));
  return std::move(*answer.mutable_body());
}

}  // namespace welkin::link
