// Marks go with what they are on.
#include "model/marks.hpp"

#include "model/annotation.hpp"
#include "model/icon.hpp"
#include "model/resource_detail.hpp"
#include "model/tag.hpp"

namespace welkin::model {

namespace {
template <sql::RowStruct Row>
void forget(sql::Transaction& tx, std::string_view column, const Uuid& thing) {
  tx.execute(fmt::format("delete from {} where {} = $1", Row::table, column), sql::cells(thing));
}
}  // namespace

void forget_marks(sql::Transaction& tx, const Uuid& thing) {
  forget<Tag>(tx, "resource_id", thing);
  forget<Annotation>(tx, "entity_id", thing);
  forget<ResourceDetail>(tx, "resource_id", thing);
  forget<Icon>(tx, "resource_id", thing);
}

}  // namespace welkin::model
