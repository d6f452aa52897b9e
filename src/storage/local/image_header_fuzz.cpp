// Feeds arbitrary bytes to the look at image headers: the first byte chooses the declared format.
#include "base/error.hpp"
#include "storage/local/image_header.hpp"

using namespace welkin::storage;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto format = data[0] & 1 ? ImageFormat::qcow2 : ImageFormat::raw;
  const ImageBytes bytes(std::span(data + 1, size - 1));
  constexpr std::uint64_t bound = std::uint64_t(1) << 40;
  const ImageVerdict verdict = check_image(bytes, format, bound);
  if (verdict.refusal == ImageRefusal::none) {
    welkin::must(verdict.virtual_bytes > 0 && verdict.virtual_bytes <= bound,
                 "an accepted size keeps the bound");
    const auto header = read_qcow2_header(bytes);
    welkin::must(!header || header->backing_offset == 0, "an accepted image stands alone");
  }
  if (const auto header = read_qcow2_header(bytes)) (void)read_backing_name(bytes, *header);
  try {
    throw_refusal(verdict, format);
  } catch (const welkin::Error& refusal) {
    welkin::must(!refusal.message.empty(), "a refusal says why");
  }
  return 0;
}
