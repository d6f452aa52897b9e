// Compression by zlib, in one piece.
#include "net/gzip.hpp"

#include <zlib.h>

#include "base/error.hpp"

namespace welkin::net {

std::string gzip(std::string_view text) {
  constexpr int window_of_gzip = 15 + 16, memory_level = 9;
  z_stream stream{};
  must(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_of_gzip, memory_level, Z_DEFAULT_STRATEGY) == Z_OK,
       "there is memory to compress a text");
  std::string out(deflateBound(&stream, uLong(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = uInt(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  must(ended == Z_STREAM_END, "a text fits its bound");
  return out;
}

bool takes_gzip(std::string_view accepted) {
  const auto at = accepted.find("gzip");
  if (at == std::string_view::npos) return false;
  const auto weight = accepted.substr(at + 4, accepted.substr(at + 4).find(','));
  // A weight of nothing is a refusal (RFC 9110 §12.5.3).
  return weight.find_first_of("123456789") != std::string_view::npos || weight.find("q=") == std::string_view::npos;
}

}  // namespace welkin::net
