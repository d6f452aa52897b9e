// The refusal of a move that a noun's table does not allow.
#include "model/transitions.hpp"

namespace welkin::model::detail {

namespace {
/// PublicAddress reads "public address".
std::string spoken_noun(std::string_view noun) {
  std::string out;
  for (const char c : noun) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper && !out.empty()) out += ' ';
    out += upper ? char(c + 32) : c;
  }
  return out;
}
}  // namespace

void refuse_move(std::string_view noun, const std::string& name, const Uuid& id, std::string_view state,
                 std::string_view event) {
  throw Error(Fault::conflict, fmt::format("The {} {} is {} and cannot {}.", spoken_noun(noun), name, state,
      event),
              id.text());
}

}  // namespace welkin::model::detail
