// What lies beneath a domain.
#include "model/domain.hpp"

#include "model/stage_for_tests.hpp"

namespace welkin::model {
namespace {

TEST(Domains, what_lies_beneath_one_is_told_from_its_neighbours) {
  on_each_database([](Stage& stage) {
    for (const auto* path : {"/", "/a/", "/a/b/", "/a/b/c/", "/a-b/", "/a0/", "/aa/", "/A/", "/b/", "/a/B/"})
      stage.row<Domain>([&](Domain& domain) { domain.path = path; });
    const auto beneath = [&](const std::string& path) {
      return stage.write([&](sql::Transaction& tx) {
        std::vector<std::string> out;
        for (const auto& domain : sql::all<Domain>(
                 tx, fmt::format("where {} order by path", lies_beneath("path", "cast($1 as text)")), path))
          out.push_back(domain.path);
        return out;
      });
    };
    using Paths = std::vector<std::string>;
    EXPECT_EQ(beneath("/").size(), 10u);
    EXPECT_EQ(beneath("/a/"), (Paths{"/a/", "/a/B/", "/a/b/", "/a/b/c/"}));
    EXPECT_EQ(beneath("/a/b/"), (Paths{"/a/b/", "/a/b/c/"}));
    EXPECT_EQ(beneath("/a/b/c/"), Paths{"/a/b/c/"});
    EXPECT_EQ(beneath("/z/"), Paths{});
  });
}

}  // namespace
}  // namespace welkin::model
