// The embedded migrations.
#include "model/migrations.hpp"

namespace welkin::embedded {
extern const std::span<const std::string_view> migrations;
}

namespace welkin::model {

std::span<const std::string_view> migrations() { return embedded::migrations; }

}  // namespace welkin::model
