// The image store in a directory: DIR/<id>/image.<format> and its facts beside it, both or neither.
#pragma once

#include <vector>

#include "storage/images.hpp"
#include "storage/local/file_fetcher.hpp"
#include "storage/local/shared_work.hpp"

namespace welkin::storage {

/// May be called from many threads. Concurrent downloads of one image do the work once: the later callers'
/// progress is not told, and the first one's giving up is everybody's.
class FilesImages final : public Images {
 public:
  /// `web` fetches http and https. `import_directories` are those from which file addresses may be read.
  FilesImages(Fetcher& web, std::vector<std::string> import_directories)
      : web_(web), files_(std::move(import_directories)) {}

  StoreFacts open_store(const std::string& directory) override;
  /// Throws `invalid` (address, checksum, refused image), `limited` (too large), `exhausted` (store full),
  /// `conflict` (kept already with other content), `cancelled` (progress said so), and what the fetch throws.
  ImageFacts download(const ImageWish&, const Progress&) override;
  void remove(const ImageName&) override;
  /// Pieces of at most 1 MiB. Throws `missing`. A removal meanwhile does not disturb it.
  void read(const ImageName&, const std::function<void(std::string_view)>& chunk) override;

 private:
  Fetcher& fetcher_for(const std::string& url);

  Fetcher& web_;
  FileFetcher files_;
  SharedWork<ImageFacts> downloading_;
};

}  // namespace welkin::storage
