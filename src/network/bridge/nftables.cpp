// libnftables: one buffer is one transaction.
#include "network/bridge/nftables.hpp"

#include <fmt/format.h>
#include <nftables/libnftables.h>

#include <memory>

#include "base/error.hpp"

namespace welkin::network {
namespace {

constexpr std::size_t cause_bytes_max = 2000;

struct Free {
  void operator()(nft_ctx* filter) const { nft_ctx_free(filter); }
};
using Filter = std::unique_ptr<nft_ctx, Free>;

/// WHY one each time: it opens its socket in the namespace of the moment.
Filter open_filter() {
  Filter filter(nft_ctx_new(NFT_CTX_DEFAULT));
  must(filter != nullptr, "there is memory for the packet filter's library");
  nft_ctx_buffer_output(filter.get());
  nft_ctx_buffer_error(filter.get());
  return filter;
}

}  // namespace

void apply_rules(const std::string& commands) {
  const auto filter = open_filter();
  if (nft_run_cmd_from_buffer(filter.get(), commands.c_str()) == 0) return;
  throw Error(Fault::internal, "This host's packet filter refused its rules.", {},
              std::string(nft_ctx_get_error_buffer(filter.get())).substr(0, cause_bytes_max));
}

std::string whole_table(std::string_view family, std::string_view name, std::string_view body) {
  return fmt::format("{}table {} {} {{\n{}}}\n", no_table(family, name), family, name, body);
}

std::string no_table(std::string_view family, std::string_view name) {
  return fmt::format("add table {0} {1}\ndelete table {0} {1}\n", family, name);
}

bool has_table(std::string_view family, std::string_view name) {
  const auto filter = open_filter();
  if (nft_run_cmd_from_buffer(filter.get(), fmt::format("list tables {}\n", family).c_str()) != 0)
    return false;
  const std::string_view tables = nft_ctx_get_output_buffer(filter.get());
  return tables.contains(fmt::format("table {} {}\n", family, name));
}

}  // namespace welkin::network
