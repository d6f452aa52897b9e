// Migrations, and the way from an image's name to its bytes.
#include "server/records.hpp"

#include "model/image_store.hpp"
#include "model/template.hpp"
#include "model/migrations.hpp"

namespace welkin::server {

void migrate(sql::Database& database) { database.migrate(model::migrations()); }

void read_image(sql::Database& database, storage::Images& images, const std::string& image,
                const std::function<void(std::string_view)>& chunk) {
  const auto slash = image.find('/');
  const auto store_id = Id<model::ImageStore>::parse(image.substr(0, slash));
  const auto template_id =
      slash == std::string::npos ? std::nullopt : Id<model::Template>::parse(image.substr(slash + 1));
  const auto store =
      store_id ? sql::read(database, [&](sql::Transaction& tx) { return sql::get<model::ImageStore>(tx, *store_id); })
               : std::nullopt;
  if (!store || !template_id) throw Error(Fault::missing, fmt::format("There is no image {}.", image), image);
  images.read({store->path, *template_id}, chunk);
}

}  // namespace welkin::server
