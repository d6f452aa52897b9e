// One command of a cloud, from its words to its answer.
#pragma once

#include "cli/cache.hpp"
#include "cli/options.hpp"

namespace welkin::cli {

/// Says it, waits for its job or fetches its pages, and answers what is to be printed. `width`: of the
/// terminal, 0 where there is none.
std::string run_command(Cloud& cloud, const Catalogue& catalogue, const Options& options, std::size_t width);

/// All pages of a list, joined as one answer.
boost::json::object all_pages(Cloud& cloud, const Api& api, const net::TextPairs& parameters);

/// An answer as the options want it.
std::string shown(const boost::json::object& inside, const Api& api, const Options& options,
                  std::size_t width);

}  // namespace welkin::cli
