// The look at an image that came from outside: the question goes in by fork, the verdict comes back by pipe.
#include "storage/local/image_check.hpp"

#include <cstring>

#include "base/error.hpp"
#include "storage/local/confined.hpp"

namespace welkin::storage {
namespace {

struct Question {
  std::uint64_t file_bytes;
  std::uint64_t virtual_bytes_max;
  ImageFormat declared;
};

void look(int input, const void* asked, std::span<std::byte> answer) {
  const auto& question = *static_cast<const Question*>(asked);
  const ImageBytes bytes(input, question.file_bytes);
  const ImageVerdict verdict = check_image(bytes, question.declared, question.virtual_bytes_max);
  std::memcpy(answer.data(), &verdict, sizeof verdict);
}

}  // namespace

std::int64_t check_image_confined(int file, std::int64_t file_bytes, ImageFormat declared,
                                  std::int64_t virtual_bytes_max) {
  const Question question{std::uint64_t(file_bytes), std::uint64_t(virtual_bytes_max), declared};
  ImageVerdict verdict;
  static_assert(std::is_trivially_copyable_v<ImageVerdict>);
  switch (run_confined(look, file, &question, std::as_writable_bytes(std::span(&verdict, 1)))) {
    case ConfinedEnd::answered: break;
    case ConfinedEnd::late:
      throw Error(Fault::timeout, "The image's headers could not be read within 10 seconds; try again.",
                  "url");
    case ConfinedEnd::died:
      throw Error(Fault::internal, "The image could not be looked at safely and is refused.", "url",
                  "the confined process ended without an answer");
  }
  throw_refusal(verdict, declared);
  if (verdict.virtual_bytes == 0 || verdict.virtual_bytes > question.virtual_bytes_max + 511)
    throw Error(Fault::internal, "The image could not be looked at safely and is refused.", "url",
                "the confined process answered a size beyond its bound");
  return std::int64_t(verdict.virtual_bytes);
}

}  // namespace welkin::storage
