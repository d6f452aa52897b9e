// The Tab key: what may stand where the cursor is.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/catalogue.hpp"
#include "net/http.hpp"

namespace welkin::cli {

struct Candidate {
  std::string word;
  std::string note;  ///< what it is, for people
  auto operator<=>(const Candidate&) const = default;
};

/// Ids and names of what a listing command lists.
using Lister = std::function<std::vector<Candidate>(const Api& listing)>;

/// The last of `words` is being typed; options and their values are not among them.
std::vector<Candidate> complete_command(const Catalogue& catalogue, const std::vector<std::string>& words,
                                        const Lister& list);

/// Whether no shell sees more than a word in it. WHY: words come from the cloud, and end up at a prompt.
bool is_safe(std::string_view word);

/// The command that lists what an id parameter names; null when it is not known.
const Api* listing_for(const Catalogue& catalogue, const Api& api, const Parameter& parameter);

/// A script for this shell. Throws `invalid` for other shells.
std::string completion_script(const std::string& shell);

}  // namespace welkin::cli
