// The bytes of images, on connections of their own: the server's sending end and the agent's receiving one.
#pragma once

#include "link/events.hpp"
#include "link/stream.hpp"
#include "storage/pool.hpp"

namespace welkin::link {

/// Sends an image, or the reason why not. Throws nothing: who reads will notice.
void send_image(Stream& stream, const LinkEvents& events, Uuid agent, const std::string& image);

/// Fetches images from whichever server answers, with the agent's certificate.
class ImageFetcher final : public storage::ImageSource {
 public:
  /// `directory` holds the agent's files.
  ImageFetcher(std::string directory, std::vector<std::string> servers)
      : directory_(std::move(directory)), servers_(std::move(servers)) {}

  void fetch(const std::string& image, const std::function<void(std::string_view)>& chunk) override;

 private:
  std::string directory_;
  std::vector<std::string> servers_;
};

}  // namespace welkin::link
