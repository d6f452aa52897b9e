// The image store in a directory.
#include "storage/local/files_images.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "storage/local/digest.hpp"
#include "storage/local/files.hpp"
#include "storage/local/image_check.hpp"

namespace welkin::storage {
namespace {

constexpr mode_t folder_mode = 0700, file_mode = 0400;
constexpr std::chrono::seconds download_patience{7 * 60 * 60};
constexpr std::int64_t piece_bytes = 1 << 20;

/// One image's place in a store.
struct Place {
  std::string store;
  std::string folder;

  Place(const std::string& directory, const Uuid& id) : store(checked_folder(directory, "store")) {
    if (!id) throw Error(Fault::invalid, "The template's id is missing.", "id");
    folder = store + "/" + id.text();
  }
  std::string facts() const { return folder + "/facts.json"; }
};

std::string image_name(ImageFormat format) { return fmt::format("/image.{}", image_format_name(format)); }

std::optional<ImageFacts> find_facts(const Place& place) {
  const std::string text = read_small_file(place.facts(), 4096);
  return text.empty() ? std::nullopt : std::optional(from_json<ImageFacts>(text));
}

/// A wish with its words read.
struct Plan {
  Place place;
  std::string id;
  std::string url;
  ImageFormat format;
  std::optional<Checksum> checksum;
  std::int64_t bytes_max;

  explicit Plan(const ImageWish& wish)
      : place(wish.store, wish.id),
        id(wish.id.text()),
        url(wish.url),
        format(image_format_named(wish.format)),
        bytes_max(wish.bytes_max) {
    if (!wish.checksum.empty()) checksum = parse_checksum(wish.checksum);
    if (bytes_max <= 0)
      throw Error(Fault::invalid, "The largest accepted size must be above 0.", "bytes_max");
  }
};

/// Takes pieces as they come: bounds, digests, the file, and word to the caller.
class Arriving {
 public:
  Arriving(const Plan& plan, const Progress& progress, UnfinishedFile& file)
      : plan_(plan), progress_(progress), file_(file) {
    if (plan.checksum && plan.checksum->algorithm != Algorithm::sha256)
      other_.emplace(plan.checksum->algorithm);
  }

  void expect(std::int64_t bytes) {
    must_not_exceed(bytes);
    const Space space = space_of(plan_.place.store);
    if (bytes > space.free_bytes)
      throw Error(Fault::exhausted,
                  fmt::format("The image's {} bytes do not fit into the {} bytes that the store has "
                              "left; free some or add more.",
                              bytes, space.free_bytes));
    expected_ = std::max<std::int64_t>(bytes, 0);
    tell();
  }

  bool take(std::string_view piece) {
    must_not_exceed(std::int64_t(piece.size()) > plan_.bytes_max - file_.bytes() ? plan_.bytes_max + 1 : 0);
    sha256_.add(piece);
    if (other_) other_->add(piece);
    file_.write(piece);
    if (file_.bytes() - told_ >= piece_bytes) tell();
    return true;
  }

  /// The file's SHA-256, once all is there and the wished checksum agrees.
  std::string end() {
    tell();
    if (expected_ != 0 && file_.bytes() != expected_)
      throw Error(Fault::unreachable, fmt::format("The image broke off after {} of {} bytes; try again.",
                                                  file_.bytes(), expected_),
                  "url");
    const std::string sum = sha256_.hex();
    if (!plan_.checksum) return sum;
    const std::string found = other_ ? other_->hex() : sum;
    if (found != plan_.checksum->hex)
      throw Error(Fault::invalid,
                  fmt::format("The image's checksum is {}, not {}; look at the address and the "
                              "checksum.",
                              found, plan_.checksum->hex),
                  "checksum");
    return sum;
  }

 private:
  void must_not_exceed(std::int64_t bytes) const {
    if (bytes > plan_.bytes_max)
      throw Error(Fault::limited,
                  fmt::format("The image is longer than the {} bytes that are taken.", plan_.bytes_max),
                  "url");
  }

  void tell() {
    told_ = file_.bytes();
    if (progress_ && !progress_(told_, expected_))
      throw Error(Fault::cancelled, "The download was given up.");
  }

  const Plan& plan_;
  const Progress& progress_;
  UnfinishedFile& file_;
  Digest sha256_{Algorithm::sha256};
  std::optional<Digest> other_;
  std::int64_t expected_ = 0, told_ = 0;
};

ImageFacts same_image(const ImageFacts& facts, const Plan& plan) {
  const bool same_sum = !plan.checksum || plan.checksum->algorithm != Algorithm::sha256 ||
                        plan.checksum->hex == facts.sha256;
  if (facts.format == image_format_name(plan.format) && same_sum) return facts;
  throw Error(Fault::conflict, "The store keeps another image under this template's id; remove that first.",
              plan.id);
}

ImageFacts fetch_image(const Plan& plan, const Progress& progress, Fetcher& fetcher) {
  UnfinishedFolder folder(plan.place.store);
  UnfinishedFile image(folder.path());
  Arriving arriving(plan, progress, image);
  fetcher.fetch(plan.url, {.bytes_max = plan.bytes_max},
                {.expect = [&](std::int64_t bytes) { arriving.expect(bytes); },
                 .take = [&](std::string_view piece) { return arriving.take(piece); }});
  ImageFacts facts{.image = plan.id, .format = std::string(image_format_name(plan.format))};
  facts.sha256 = arriving.end();
  facts.physical_bytes = image.bytes();
  image.finish(file_mode);
  facts.virtual_bytes = check_image_confined(image.number(), image.bytes(), plan.format, plan.bytes_max);
  image.keep_new(folder.path() + image_name(plan.format));

  UnfinishedFile record(folder.path());
  record.write(to_json(facts));
  record.finish(file_mode);
  record.keep(folder.path() + "/facts.json");
  if (folder.keep_new(plan.place.folder)) return facts;
  const auto kept = find_facts(plan.place);
  if (!kept)
    throw Error(Fault::conflict, "Something else stands in the image's place in the store.", plan.id);
  return same_image(*kept, plan);
}

}  // namespace

StoreFacts FilesImages::open_store(const std::string& directory) {
  make_folder(checked_folder(directory, "store"), folder_mode);
  sweep_unfinished(directory);
  const Space space = space_of(directory);
  return {.capacity_bytes = space.capacity_bytes, .used_bytes = space.capacity_bytes - space.free_bytes};
}

Fetcher& FilesImages::fetcher_for(const std::string& url) {
  const auto control = [](unsigned char c) { return c <= 0x20 || c == 0x7f; };
  if (url.size() <= 2048 && std::ranges::none_of(url, control)) {
    if (url.starts_with("file://")) return files_;
    if (url.starts_with("http://") || url.starts_with("https://")) return web_;
  }
  throw Error(Fault::invalid,
              "The address must begin with http://, https:// or file://, without blanks, and have at "
              "most 2048 bytes.",
              "url");
}

ImageFacts FilesImages::download(const ImageWish& wish, const Progress& progress) {
  const Plan plan(wish);
  Fetcher& fetcher = fetcher_for(plan.url);
  const ImageFacts facts = downloading_.run(plan.place.folder, download_patience, [&] {
    const auto kept = find_facts(plan.place);
    return kept ? *kept : fetch_image(plan, progress, fetcher);
  });
  return same_image(facts, plan);
}

void FilesImages::remove(const ImageName& name) {
  const Place place(name.store, name.id);
  remove_folder(place.store, place.folder);
}

void FilesImages::read(const ImageName& name, const std::function<void(std::string_view)>& chunk) {
  const Place place(name.store, name.id);
  const auto facts = find_facts(place);
  if (!facts) throw Error(Fault::missing, "The image is not in this store.", name.id.text());
  const std::string path = place.folder + image_name(image_format_named(facts->format));
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file) throw_file_error("open an image", path);
  std::string buffer(piece_bytes, '\0');
  for (;;) {
    const ssize_t got = ::read(file.number(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_file_error("read an image", path);
    if (got == 0) return;
    chunk(std::string_view(buffer.data(), std::size_t(got)));
  }
}

}  // namespace welkin::storage
