// Templates fetched into image stores, and removed.
#include "flows/hands.hpp"
#include "flows/hosts.hpp"
#include "flows/specs.hpp"
#include "model/marks.hpp"

namespace welkin::flows {

namespace {
constexpr std::int64_t image_bytes_max = std::int64_t(500) << 30;

/// Writes the progress now and then; it is nobody's transaction.
storage::Progress progress_of(Cloud& cloud, Id<model::TemplateStore> copy) {
  return [&cloud, copy, last = -5](std::int64_t arrived, std::int64_t expected) mutable {
    const int percent = expected > 0 ? int(std::min<std::int64_t>(99, arrived * 100 / expected)) : 0;
    if (percent < last + 5) return true;
    last = percent;
    cloud.database.submit(
        [copy, percent](sql::Transaction& tx) {
          auto row = sql::get<model::TemplateStore>(tx, copy);
          if (!row || row->state != model::CopyState::creating) return;
          row->percent = percent;
          sql::update(tx, *row);
        },
        [](std::exception_ptr) {});
    return true;
  };
}

void take_download(durable::Stage& stage, sql::Transaction& tx, const TemplateOrder& order, TemplateOrder& out) {
  out = order;
  auto copy = sql::need<model::TemplateStore>(tx, order.copy);
  copy.download = model::DownloadState::in_progress;
  copy.updated = stage.cloud.now();
  model::move(tx, copy, model::CopyEvent::create);
}

void give_back_download(durable::Stage& stage, sql::Transaction& tx, const TemplateOrder& order, const TemplateOrder&) {
  auto copy = sql::get<model::TemplateStore>(tx, order.copy);
  if (!copy || copy->state != model::CopyState::creating) return;
  copy->download = model::DownloadState::failed;
  copy->updated = stage.cloud.now();
  // The journey's own row says why: it was written before the undo began.
  const auto flow = sql::get<durable::FlowRow>(tx, Id<durable::FlowRow>(stage.journey));
  copy->message = flow ? flow->message : "The download failed.";
  model::move(tx, *copy, model::CopyEvent::fail);
}

Task<storage::ImageFacts> act_fetch(durable::Stage& stage, TemplateOrder order) {
  auto [image, copy, store] = look(stage, [&](sql::Transaction& tx) {
    auto stored = sql::need<model::TemplateStore>(tx, order.copy);
    return std::tuple(sql::need<model::Template>(tx, order.image), stored,
                      sql::need<model::ImageStore>(tx, stored.image_store_id));
  });
  storage::ImageWish wish{store.path,     image.id,
                          image.url,      image.format == model::ImageFormat::raw ? "raw" : "qcow2",
                          image.checksum, image_bytes_max};
  auto fetch = [&cloud = stage.cloud, wish, progress = progress_of(stage.cloud, order.copy)] {
    return cloud.images.download(wish, progress);
  };
  co_return co_await stage.cloud.workers.run(stage.cloud.loop, std::move(fetch));
}

void record_fetch(durable::Stage& stage, sql::Transaction& tx, const TemplateOrder& order, storage::ImageFacts& facts) {
  auto copy = sql::need<model::TemplateStore>(tx, order.copy);
  copy.download = model::DownloadState::downloaded;
  copy.percent = 100;
  copy.path = facts.image;
  copy.format = facts.format;
  copy.virtual_bytes = facts.virtual_bytes;
  copy.physical_bytes = facts.physical_bytes;
  copy.sha256 = facts.sha256;
  copy.message.clear();
  copy.updated = stage.cloud.now();
  model::move(tx, copy, model::CopyEvent::succeeded);
  auto image = sql::need<model::Template>(tx, order.image);
  image.virtual_bytes = facts.virtual_bytes;
  image.physical_bytes = facts.physical_bytes;
  sql::update(tx, image);
}

Task<void> undo_fetch(durable::Stage& stage, TemplateOrder order, storage::ImageFacts) {
  const auto store = look(stage, [&](sql::Transaction& tx) {
    return sql::need<model::ImageStore>(tx, sql::need<model::TemplateStore>(tx, order.copy).image_store_id);
  });
  auto remove = [&cloud = stage.cloud, name = storage::ImageName{store.path, order.image}] {
    cloud.images.remove(name);
  };
  co_await stage.cloud.workers.run(stage.cloud.loop, std::move(remove));
}

struct TemplateOnPool {
  model::StoragePool pool;
  Id<model::Host> host;
};

Task<TemplateOrder> act_remove(durable::Stage& stage, TemplateOrder order) {
  const auto stores = look(stage, [&](sql::Transaction& tx) {
    std::vector<storage::ImageName> out;
    for (const auto& copy : sql::all<model::TemplateStore>(tx, "where template_id = $1", order.image))
      out.push_back({sql::need<model::ImageStore>(tx, copy.image_store_id).path, order.image});
    return out;
  });
  for (const auto& name : stores) {
    auto remove = [&cloud = stage.cloud, name] { cloud.images.remove(name); };
    co_await stage.cloud.workers.run(stage.cloud.loop, std::move(remove));
  }
  co_return order;
}

void record_remove(durable::Stage& stage, sql::Transaction& tx, const TemplateOrder& order, TemplateOrder&) {
  for (const auto& copy : sql::all<model::TemplateStore>(tx, "where template_id = $1", order.image))
    sql::erase(tx, copy.id);
  auto image = sql::need<model::Template>(tx, order.image);
  image.removed = stage.cloud.now();
  model::forget_marks(tx, image.id);
  if (image.state == model::TemplateState::active) model::move(tx, image, model::TemplateEvent::deactivate);
  else sql::update(tx, image);
}

const durable::Step<TemplateOrder, storage::ImageFacts> fetch_image{.name = "fetch image",
                                                                    .act = act_fetch,
                                                                    .record = record_fetch,
                                                                    .undo = undo_fetch,
                                                                    .deadline = 6h,
                                                                    .retry = {.attempts = 1}};
const durable::Step<TemplateOrder, TemplateOrder> remove_image{
    .name = "remove image", .act = act_remove, .record = record_remove};
}  // namespace

std::vector<durable::AnyStep> template_steps() {
  return {durable::any_step(fetch_image)};
}

const durable::Claim<TemplateOrder, TemplateOrder> claim_download{.take = take_download,
                                                                  .give_back = give_back_download};

Task<TemplateOrder> download_template(durable::Flow& flow, TemplateOrder order) {
  co_await flow.run(fetch_image, order);
  co_return order;
}

Task<TemplateOrder> delete_template(durable::Flow& flow, TemplateOrder order) {
  co_await flow.run(remove_image, order);
  co_return order;
}

}  // namespace welkin::flows
