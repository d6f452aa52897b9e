// The texts that make and change the cloud's tables, in order.
#pragma once

#include <span>
#include <string_view>

namespace welkin::model {

/// For `Database::migrate`: migrations/0001_first.sql and its followers.
std::span<const std::string_view> migrations();

}  // namespace welkin::model
