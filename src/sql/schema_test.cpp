// Tables made from row structs, compared with live ones on both engines.
#include "sql/schema.hpp"

#include <gtest/gtest.h>

#include "sql/parameters.hpp"
#include "sql/trial.hpp"

namespace welkin::sql {
namespace {

CHOICES(Colour, (red, "Red"), (green, "Green"))

struct Owner {
  static constexpr std::string_view table = "owners";
  FIELDS(Owner, (Id<Owner>, id, "The owner."), (std::string, name, "Its name."))
};

struct Thing {
  static constexpr std::string_view table = "things";
  static constexpr std::string_view indexes[] = {"unique (owner_id, name) where removed is null",
                                                 "(created, id)", "(lower(name))", "unique (name)"};
  FIELDS(Thing,
    (Id<Thing>, id, "The thing."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "Its name."),
    (Id<Owner>, owner_id, "Whose it is; nil when nobody's."),
    (bool, heavy, "Whether it is."),
    (int, size, "How big."),
    (double, weight, "How heavy."),
    (Colour, colour, "How it looks."),
    (std::vector<std::string>, tags, "Where it belongs."),
    (TextMap, details, "The rest."),
    (std::optional<std::string>, note, "A word about it."),
    (std::optional<double>, price, "What it costs."),
    (Time, created, "Since when."),
    (std::optional<Time>, removed, "Until when."))
};

/// The same table, years later.
struct LaterThing {
  static constexpr std::string_view table = "things";
  static constexpr std::string_view indexes[] = {"(created, id)", "(colour)"};
  FIELDS(LaterThing,
    (Id<LaterThing>, id, "The thing."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "Its name."),
    (std::optional<double>, weight, "How heavy."),
    (std::string, size, "How big."),
    (Colour, colour, "How it looks."),
    (Time, created, "Since when."),
    (std::string, motto, "What it's about.", ),
    (std::vector<int>, marks, "What it got."),
    (std::optional<Time>, removed, "Until when."))
};

void run(Database& db, const std::string& text) {
  db.write([&](Transaction& tx) {
    for (const auto statement : split_statements(text)) tx.execute(statement, {});
  });
}

constexpr TableShape both[] = {table_shape<Thing>(), table_shape<Owner>()};

TEST(Schema, is_made_from_row_structs) {
  EXPECT_EQ(create_table(table_shape<Thing>()), R"(create table things (
  id text primary key not null,
  generation bigint not null,
  name text not null,
  owner_id text,
  heavy bigint not null,
  size bigint not null,
  weight double precision not null,
  colour text not null,
  tags text not null,
  details text not null,
  note text,
  price double precision,
  created bigint not null,
  removed bigint
);
create unique index things_owner_id_name_unique_b4e71bad on things (owner_id, name) where removed is null;
create index things_created_id on things (created, id);
create index things_lower_name on things (lower(name));
create unique index things_name_unique on things (name);
)");
}

TEST(Schema, has_a_short_name_for_each_index) {
  const std::string many = "unique (first_long_column_name, second_long_column_name, third_long_column_name";
  EXPECT_LE(index_name("public_addresses", many + ")").size(), 63U);
  EXPECT_NE(index_name("public_addresses", many + ")"), index_name("public_addresses", many + ", id)"));
  EXPECT_NE(index_name("t", "(a)"), index_name("t", "unique (a)"));
  EXPECT_NE(index_name("t", "(a) where b is null"), index_name("t", "(a) where c is null"));
}

TEST(Schema, matches_the_structs_it_was_made_from) {
  for_each_database([](Database& db) {
    EXPECT_EQ(differences(db, both[0]), std::vector<std::string>{"The table things is missing."});
    run(db, migration(db, both));
    EXPECT_EQ(differences(db, both[0]), std::vector<std::string>{});
    EXPECT_EQ(differences(db, both[1]), std::vector<std::string>{});
    EXPECT_EQ(migration(db, both), "");
  });
}

TEST(Schema, keeps_fresh_rows_of_its_structs) {
  for_each_database([](Database& db) {
    run(db, migration(db, both));
    Thing thing;
    thing.id = new_id<Thing>(machine_clock(), machine_random());
    write(db, [&](Transaction& tx) { insert(tx, thing); });
    EXPECT_EQ(read(db, [&](Transaction& tx) { return need(tx, thing.id); }), thing);
  });
}

TEST(Schema, says_how_it_differs_from_changed_structs) {
  for_each_database([](Database& db) {
    run(db, create_table(table_shape<Thing>()));
    const auto said = differences(db, table_shape<LaterThing>());
    const auto says = [&](std::string_view text) { return std::ranges::find(said, text) != said.end(); };
    EXPECT_TRUE(says("things.motto is missing."));
    EXPECT_TRUE(says("things.weight is double precision not null; the struct's is double precision."));
    EXPECT_TRUE(says("things.size is bigint not null; the struct's is text not null."));
    EXPECT_TRUE(says("things.owner_id is not in the struct."));
    EXPECT_TRUE(says("The index things_colour is missing."));
    EXPECT_TRUE(says("The index things_name_unique is not in the struct."));
    EXPECT_FALSE(says("The index things_created_id is missing."));
  });
}

TEST(Schema, gives_older_rows_what_a_fresh_struct_has) {
  for_each_database([](Database& db) {
    run(db, create_table(table_shape<Thing>()));
    Thing thing;
    thing.id = new_id<Thing>(machine_clock(), machine_random());
    write(db, [&](Transaction& tx) { insert(tx, thing); });

    const TableShape later[] = {table_shape<LaterThing>()};
    const auto text = migration(db, later);
    EXPECT_NE(text.find("-- things.owner_id is not in the struct.\n"), std::string::npos) << text;
    EXPECT_NE(text.find("alter table things add column marks text not null default '[]';\n"),
              std::string::npos)
        << text;
    run(db, text);
    run(db, "update things set size = 1 where size = 0");
    read(db, [&](Transaction& tx) {
      tx.query("select motto, marks, removed from things", {}, [](const Row& row) {
        EXPECT_EQ(row[0].text, "");
        EXPECT_EQ(row[1].text, "[]");
        EXPECT_TRUE(row[2].is_null());
      });
      return 0;
    });
  });
}

}  // namespace
}  // namespace welkin::sql
