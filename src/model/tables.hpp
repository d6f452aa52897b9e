// The tables of all nouns: what migrations make, and what tests compare with them.
#pragma once

#include "sql/schema.hpp"

namespace welkin::model {

std::span<const sql::TableShape> tables();

}  // namespace welkin::model
