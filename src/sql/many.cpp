// The places of a hundred values.
#include "sql/many.hpp"

namespace welkin::sql {

const std::string& hundred_places() {
  static const std::string places = [] {
    std::string out;
    for (int i = 1; i <= 100; ++i) out += fmt::format("{}${}", i == 1 ? "" : ", ", i);
    return out;
  }();
  return places;
}

}  // namespace welkin::sql
