// Images in chunks; the kernel's socket buffer is the only queue.
#include "link/images.hpp"

#include "base/log.hpp"
#include "link/enrolment.hpp"

namespace welkin::link {

namespace {
constexpr std::size_t chunk_bytes_max = 256u << 10;

void send_chunk(Stream& stream, std::string_view bytes) {
  while (!bytes.empty()) {
    wire::Frame frame;
    const auto piece = bytes.substr(0, chunk_bytes_max);
    frame.mutable_chunk()->set_bytes(std::string(piece));
    stream.send(frame);
    bytes.remove_prefix(piece.size());
  }
}

wire::Frame last_chunk(const std::optional<Error>& error) {
  wire::Frame frame;
  frame.mutable_chunk()->set_last(true);
  if (error) *frame.mutable_chunk()->mutable_problem() = to_wire(*error);
  return frame;
}
}  // namespace

void send_image(Stream& stream, const LinkEvents& events, Uuid agent, const std::string& image) {
  std::optional<Error> error;
  try {
    if (!events.read_image) throw Error(Fault::missing, "This server keeps no images.");
    events.read_image(agent, image, [&](std::string_view bytes) { send_chunk(stream, bytes); });
  } catch (const Error& thrown) {
    error = thrown;
  } catch (const std::exception& thrown) {
    error = Error(Fault::internal, "The image could not be read.", image, thrown.what());
  }
  try {
    if (error) log::warning("image {} was not sent to agent {}: {}", image, agent.text(), error->message);
    stream.send(last_chunk(error));
  } catch (const Error& thrown) {
    log::info("agent {} stopped taking image {}: {}", agent.text(), image, thrown.cause);
  }
}

void ImageFetcher::fetch(const std::string& image, const std::function<void(std::string_view)>& chunk) {
  const auto context = agent_context(AgentFiles(directory_).credentials());
  auto stream = Stream::dial(servers_, *context);
  wire::Frame question;
  question.mutable_fetch()->set_image(image);
  stream.send(question);
  while (true) {
    const auto frame = stream.read();
    if (frame.has_refusal()) throw error_from_wire(frame.refusal());
    if (!frame.has_chunk())
      throw Error(Fault::internal, "The server did not send an image as expected.", image);
    const auto& piece = frame.chunk();
    if (piece.has_problem()) throw error_from_wire(piece.problem());
    if (!piece.bytes().empty()) chunk(piece.bytes());
    if (piece.last()) return;
  }
}

}  // namespace welkin::link
