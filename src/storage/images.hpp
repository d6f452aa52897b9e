// The image store: where templates come in from outside, are checked, and are kept for the hosts.
#pragma once

#include <functional>

#include "base/described.hpp"

namespace welkin::storage {

struct ImageWish {
  FIELDS(ImageWish,
    (std::string, store, "The store's directory, absolute."),
    (Uuid, id, "The template."),
    (std::string, url, "http, https, or file beneath a directory the operator allowed.", .length = 2048),
    (std::string, format, "qcow2 or raw, as the user says; the content must agree."),
    (std::string, checksum, "{ALGORITHM}HEX, or hex alone whose length tells MD5, SHA-1, SHA-256 or SHA-512; may be empty."),
    (std::int64_t, bytes_max, "Longest file and largest virtual size accepted."))
};

struct ImageFacts {
  FIELDS(ImageFacts,
    (std::string, image, "What `open` calls it."),
    (std::string, format, "qcow2 or raw."),
    (std::int64_t, virtual_bytes, "Size a guest sees."),
    (std::int64_t, physical_bytes, "Length of the file."),
    (std::string, sha256, "Of the file, in hex."))
};

struct StoreFacts {
  FIELDS(StoreFacts, (std::int64_t, capacity_bytes, "Size."), (std::int64_t, used_bytes, "Used of it."))
};

struct ImageName {
  FIELDS(ImageName, (std::string, store, "The store's directory."), (Uuid, id, "The template."))
};

/// Told of bytes arrived and expected (0 when unknown); answers false to give up.
using Progress = std::function<bool(std::int64_t arrived, std::int64_t expected)>;

/// Calls block; the server runs them on workers.
struct Images {
  virtual ~Images() = default;
  virtual StoreFacts open_store(const std::string& directory) = 0;
  /// Fetches, checks (checksum; no backing file, data file, encryption or excess, looked at in a sandboxed process)
  /// and keeps. What fails leaves nothing behind. Idempotent: a kept image is answered again.
  virtual ImageFacts download(const ImageWish&, const Progress&) = 0;
  virtual void remove(const ImageName&) = 0;
  /// The bytes of a kept image, in pieces.
  virtual void read(const ImageName&, const std::function<void(std::string_view)>& chunk) = 0;
};

}  // namespace welkin::storage
