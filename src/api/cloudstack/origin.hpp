// Whether a request with a cookie comes from this cloud's own pages, or from a page that only makes a browser send it.
#pragma once

#include "api/cloudstack/exchange.hpp"

namespace welkin::api::cloudstack {

/// False for requests that a foreign page has made a browser send. A browser that does not say which page it was may read,
/// and change nothing (`changes`); programs that are no browsers say nothing of pages and are taken at their word.
bool comes_from_here(const Request& request, bool changes);

}  // namespace welkin::api::cloudstack
