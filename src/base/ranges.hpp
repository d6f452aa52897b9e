// What <ranges> of our standard library lacks.
#pragma once

#include <algorithm>

namespace welkin {

/// True when an element equals `value`.
template <class Range, class T>
bool contains(const Range& range, const T& value) {
  return std::ranges::find(range, value) != std::ranges::end(range);
}

}  // namespace welkin
