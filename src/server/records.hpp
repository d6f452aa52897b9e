// The schema of this program, and images found through the records.
#pragma once

#include <functional>

#include "sql/database.hpp"
#include "storage/images.hpp"

namespace welkin::server {

/// Brings the database to this program's schema.
void migrate(sql::Database& database);

/// The bytes of an image named STORE/TEMPLATE, as journeys name them to hosts.
void read_image(sql::Database& database, storage::Images& images, const std::string& image,
                const std::function<void(std::string_view)>& chunk);

}  // namespace welkin::server
