// The catalogue of a cloud, kept in a file so that each call need not ask for it.
#pragma once

#include "cli/catalogue.hpp"
#include "cli/cloud.hpp"
#include "cli/files.hpp"

namespace welkin::cli {

/// From the file, or from the cloud when there is none or it is of another cloud or caller.
Catalogue catalogue_of(Cloud& cloud, const Environment& environment);
/// From the cloud, whatever there is, and into the file.
Catalogue fetch_catalogue(Cloud& cloud, const Environment& environment);

}  // namespace welkin::cli
