// Bringing templates to a pool and finding them there again, unaltered.
#include "storage/local/kept_template.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mutex>

#include "storage/local/digest.hpp"
#include "storage/local/files.hpp"

namespace welkin::storage {
namespace {

constexpr mode_t read_only = 0444, any_write = 0222;

std::int64_t changed_ns(const struct stat& status) {
  return std::int64_t(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

struct stat status_of(int file, const std::string& path) {
  struct stat status {};
  if (::fstat(file, &status) != 0) throw_file_error("look at a template", path);
  return status;
}

[[noreturn]] void altered(const Uuid& id, std::string_view how, const std::string& path) {
  throw Error(
      Fault::conflict,
      fmt::format(
          "The template on the pool {}; its volumes may be damaged. Remove it from the pool and bring "
          "it again.",
          how),
      id.text(), path);
}

void must_be_unaltered(const Uuid& id, const TemplateRecord& record, const struct stat& status,
                       const std::string& path) {
  if (!S_ISREG(status.st_mode)) altered(id, "is not a regular file", path);
  if ((status.st_mode & any_write) != 0) altered(id, "is open to writing", path);
  if (status.st_size != record.bytes) altered(id, "has another length than was brought", path);
  if (changed_ns(status) != record.changed_ns) altered(id, "was written to", path);
}

/// The image was looked at before the server kept it; this look finds the size, and a server that was
/// deceived.
std::int64_t looked_at(int file, std::int64_t bytes, ImageFormat format) {
  const ImageVerdict verdict =
      check_image(ImageBytes(file, std::uint64_t(bytes)), format, fresh_qcow2_bytes_max);
  throw_refusal(verdict, format);
  return std::int64_t(verdict.virtual_bytes);
}

void must_have_room(const PoolFolders& folders, std::int64_t bytes) {
  const Space space = space_of(folders.templates());
  if (bytes > space.free_bytes)
    throw Error(Fault::exhausted,
                fmt::format("The template's {} bytes do not fit into the {} bytes that the pool "
                            "has left; free some or add more.",
                            bytes, space.free_bytes));
}

/// Streams the image into `file` and compares length and digest with what the server said.
void receive(const TemplateSpec& spec, ImageSource& source, UnfinishedFile& file) {
  Digest digest(Algorithm::sha256);
  source.fetch(spec.image, [&](std::string_view piece) {
    if (std::int64_t(piece.size()) > spec.bytes - file.bytes())
      throw Error(Fault::conflict,
                  fmt::format("The template is longer than the {} bytes announced.", spec.bytes),
                  spec.id.text());
    digest.add(piece);
    file.write(piece);
  });
  if (file.bytes() != spec.bytes)
    throw Error(Fault::unreachable, fmt::format("The template broke off after {} of {} bytes; try again.",
                                                file.bytes(), spec.bytes),
                spec.id.text());
  const std::string sum = digest.hex();
  if (sum != parse_checksum(spec.sha256).hex)
    throw Error(Fault::conflict,
                "The template did not arrive as it was sent: its SHA-256 differs; bring it again.",
                spec.id.text(), fmt::format("got {}, wanted {}", sum, spec.sha256));
}

}  // namespace

std::optional<KeptTemplate> find_template(const PoolFolders& folders, const Uuid& id) {
  const std::string text = read_small_file(folders.template_record(id), 4096);
  if (text.empty()) return {};
  KeptTemplate kept{.record = from_json<TemplateRecord>(text)};
  kept.path = folders.template_image(id, image_format_named(kept.record.format));
  const Descriptor file(::open(kept.path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return {};  // the record is written first and removed last
  if (!file) throw_file_error("open a template", kept.path);
  const auto status = status_of(file.number(), kept.path);
  must_be_unaltered(id, kept.record, status, kept.path);
  kept.physical_bytes = status.st_blocks * 512;
  return kept;
}

KeptTemplate fetch_template(const PoolFolders& folders, const TemplateSpec& spec, ImageSource& source,
                            std::shared_mutex& naming) {
  const ImageFormat format = image_format_named(spec.format);
  must_have_room(folders, spec.bytes);
  UnfinishedFile image(folders.templates());
  receive(spec, source, image);
  image.finish(read_only);
  TemplateRecord record{.format = std::string(image_format_name(format)), .bytes = spec.bytes};
  record.sha256 = parse_checksum(spec.sha256).hex;
  record.virtual_bytes = looked_at(image.number(), spec.bytes, format);
  record.changed_ns = changed_ns(status_of(image.number(), folders.templates()));

  UnfinishedFile note(folders.templates());
  note.write(to_json(record));
  note.finish(read_only);

  const std::unique_lock hold(naming);
  note.keep(folders.template_record(spec.id));
  if (!image.keep_new(folders.template_image(spec.id, format)))
    throw Error(Fault::conflict,
                "Another file stands where the template belongs on the pool; remove the template from the "
                "pool first.",
                spec.id.text());
  auto kept = find_template(folders, spec.id);
  must(kept.has_value(), "a template that was just kept is found");
  return std::move(*kept);
}

void erase_template(const PoolFolders& folders, const Uuid& id) {
  for (const auto& path : {folders.template_image(id, ImageFormat::qcow2),
                           folders.template_image(id, ImageFormat::raw), folders.template_record(id)})
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw_file_error("remove a template", path);
  sync_folder(folders.templates());
}

}  // namespace welkin::storage
