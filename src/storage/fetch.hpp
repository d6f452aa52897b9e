// Where an image's bytes come from before they are in the store: one interface for http, https and file.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace welkin::storage {

struct FetchLimits {
  std::int64_t bytes_max = 0;                  ///< a longer body is refused, at the latest when it arrives
  int redirects_max = 3;                       ///< each target is checked like the first address
  std::chrono::seconds silence_max{60};        ///< longest wait for the next piece
  std::chrono::seconds total_max{6 * 60 * 60}; ///< longest fetch as a whole
};

/// What becomes of the bytes. Both functions are called on the thread that called `fetch`, and may throw:
/// `fetch` lets that pass, having closed its connection.
struct FetchTarget {
  /// Told the body's length once, before the first piece, when it is known.
  std::function<void(std::int64_t bytes)> expect;
  /// Takes the next piece; false gives up, and `fetch` returns at once without an error.
  std::function<bool(std::string_view piece)> take;
};

/// Fetches one address. Calls block.
struct Fetcher {
  virtual ~Fetcher() = default;
  /// Streams the body of `url` to `target`. A body shorter than announced is an error. Throws `invalid` for
  /// an address that is malformed or not allowed, `missing`, `unreachable`, `timeout`, and `limited` beyond
  /// `bytes_max`. What is transferred compressed (Content-Encoding) is never unpacked.
  virtual void fetch(const std::string& url, const FetchLimits& limits, const FetchTarget& target) = 0;
};

}  // namespace welkin::storage
