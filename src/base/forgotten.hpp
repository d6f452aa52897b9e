// Values of which the type is forgotten: kept alive, and ended properly, by who no longer knows what they are. One ownership
// for all makes the many types of rows, of requests and of answers cost a function each to compile, not a set of
// templates each.
#pragma once

#include <memory>
#include <utility>

namespace welkin {

namespace detail {
template <class T>
void end_forgotten(void* value) {
  delete static_cast<T*>(value);
}
}  // namespace detail

/// A `T` made from `parts`.
template <class T, class... Parts>
std::shared_ptr<void> forgotten(Parts&&... parts) {
  return std::shared_ptr<void>(static_cast<void*>(new T(std::forward<Parts>(parts)...)), &detail::end_forgotten<T>);
}

}  // namespace welkin
