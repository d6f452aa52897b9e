// What both engines promise: transactions, their failures, values, and prepared statements.
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "sql/rows.hpp"
#include "sql/trial.hpp"

namespace welkin::sql {
namespace {

struct Note {
  static constexpr std::string_view table = "notes";
  FIELDS(Note,
    (Id<Note>, id, "The note."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, words, "What it says."),
    (double, weight, "How much it matters."),
    (std::optional<std::string>, author, "Who wrote it."),
    (bool, done, "Whether it is over."),
    (std::vector<std::string>, tags, "Where it belongs."))
};

Id<Note> new_note_id() { return new_id<Note>(machine_clock(), machine_random()); }
Note note_saying(std::string words) {
  Note out;
  out.id = new_note_id();
  out.words = std::move(words);
  return out;
}

void make_tables(Database& db) {
  db.write([](Transaction& tx) {
    tx.execute(
        "create table notes (id text primary key not null, generation bigint not null, words text not null, "
        "weight double precision not null, author text, done bigint not null, tags text not null)",
        {});
    tx.execute("create table counted (id text primary key not null, value bigint not null)", {});
  });
}

void on_each(const std::function<void(Database&)>& test) {
  for_each_database([&](Database& db) {
    make_tables(db);
    test(db);
  });
}

std::int64_t rows_in(Database& db, std::string_view table) {
  return read(db, [&](Transaction& tx) { return count(tx, fmt::format("select count(*) from {}", table)); });
}

template <class F>
Error error_of(F action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(Fault::internal, "nothing was thrown");
}
template <class F>
Fault fault_of(F action) {
  return error_of(action).fault;
}

TEST(Databases, keep_rows_as_they_were_given) {
  on_each([](Database& db) {
    auto given = note_saying("Grüße 🌤 \"'\\ \n\t$1 -- no");
    given.weight = 0.1 + 0.2;
    given.done = true;
    given.tags = {"a,b", "\"c\""};
    write(db, [&](Transaction& tx) { insert(tx, given); });
    EXPECT_EQ(read(db, [&](Transaction& tx) { return need(tx, given.id); }), given);

    given.author = "";
    given.weight = 1e300;
    write(db, [&](Transaction& tx) {
      auto copy = given;
      update(tx, copy);
      EXPECT_EQ(copy.generation, 1);
    });
    ++given.generation;
    EXPECT_EQ(read(db, [&](Transaction& tx) { return need(tx, given.id); }), given);
  });
}

TEST(Databases, keep_numbers_exactly) {
  on_each([](Database& db) {
    for (const auto value : {std::numeric_limits<std::int64_t>::min(), std::int64_t(-1), std::int64_t(0),
                             std::numeric_limits<std::int64_t>::max()}) {
      write(db, [&](Transaction& tx) {
        tx.execute("insert into counted (id, value) values ($1, $2)", cells(new_note_id(), value));
      });
      EXPECT_EQ(read(db,
                     [&](Transaction& tx) {
                       return count(tx, "select value from counted where value = $1", value);
                     }),
                value);
    }
    EXPECT_EQ(rows_in(db, "counted"), 4);
  });
}

TEST(Databases, add_up_to_whole_numbers) {
  on_each([](Database& db) {
    write(db, [](Transaction& tx) {
      for (int i = 1; i <= 3; ++i)
        tx.execute("insert into counted (id, value) values ($1, $2)", cells(new_note_id(), i));
    });
    read(db, [](Transaction& tx) {
      std::vector<SeenCell> seen;  // numbers only: texts are gone
      tx.query("select sum(value), avg(value), count(*), max(value), 1 = 1 from counted", {},
               [&](const Row& row) { seen.assign(row.begin(), row.end()); });
      EXPECT_EQ(seen.at(0).kind, Cell::Kind::integer);
      EXPECT_EQ(seen.at(0).integer, 6);
      EXPECT_EQ(type_of<double>().kind, Kind::number);
      double average = 0;
      type_of<double>().load(&average, seen.at(1));
      EXPECT_EQ(average, 2.0);
      EXPECT_EQ(seen.at(2).integer, 3);
      EXPECT_EQ(seen.at(3).integer, 3);
      EXPECT_EQ(seen.at(4).integer, 1);
      return 0;
    });
  });
}

TEST(Databases, carry_a_huge_text) {
  on_each([](Database& db) {
    const auto given = note_saying(std::string(20'000'000, 'x') + "ü");
    write(db, [&](Transaction& tx) { insert(tx, given); });
    EXPECT_TRUE(read(db, [&](Transaction& tx) { return need(tx, given.id); }) == given);
  });
}

TEST(Databases, refuse_text_that_one_of_them_cannot_keep) {
  on_each([](Database& db) {
    using namespace std::string_literals;
    for (const auto& text : {"a\0b"s, "\xff"s, "\xc3"s, "\xed\xa0\x80"s, "\xc0\x80"s, "\xf4\x90\x80\x80"s})
      EXPECT_EQ(fault_of([&] { write(db, [&](Transaction& tx) { insert(tx, note_saying(text)); }); }),
                Fault::invalid);
    const Cell nan = Cell::of(std::nan(""));
    EXPECT_EQ(fault_of([&] {
                read(db, [&](Transaction& tx) {
                  return tx.execute("select weight from notes where weight = $1", std::span(&nan, 1));
                });
              }),
              Fault::invalid);
    EXPECT_EQ(rows_in(db, "notes"), 0);
    write(db, [&](Transaction& tx) { insert(tx, note_saying("\xf4\x8f\xbf\xbf and \xee\x80\x80")); });
    EXPECT_EQ(rows_in(db, "notes"), 1);
  });
}

TEST(Databases, undo_everything_when_a_body_throws) {
  on_each([](Database& db) {
    EXPECT_THROW(write(db, [](Transaction& tx) {
      insert(tx, note_saying("lost"));
      throw std::runtime_error("enough");
    }), std::runtime_error);
    EXPECT_EQ(rows_in(db, "notes"), 0);
    EXPECT_EQ(db.last_change(), 0);
  });
}

TEST(Databases, say_conflict_when_a_row_is_there_already) {
  on_each([](Database& db) {
    const auto note = note_saying("one");
    write(db, [&](Transaction& tx) { insert(tx, note); });
    const auto error = error_of([&] { write(db, [&](Transaction& tx) { insert(tx, note); }); });
    EXPECT_EQ(error.fault, Fault::conflict);
    EXPECT_FALSE(error.cause.empty());
    EXPECT_EQ(rows_in(db, "notes"), 1);
  });
}

TEST(Databases, say_in_use_when_something_refers_to_a_row) {
  on_each([](Database& db) {
    const auto note = note_saying("one");
    write(db, [&](Transaction& tx) {
      tx.execute("create table answers (id text primary key, note_id text not null references notes (id))",
                 {});
      insert(tx, note);
      tx.execute("insert into answers (id, note_id) values ('a', $1)", cells(note.id));
    });
    EXPECT_EQ(fault_of([&] { write(db, [&](Transaction& tx) { erase(tx, note.id); }); }), Fault::in_use);
  });
}

TEST(Databases, refuse_an_update_of_an_older_generation) {
  on_each([](Database& db) {
    auto note = note_saying("first");
    write(db, [&](Transaction& tx) { insert(tx, note); });
    auto stale = note;
    note.words = "second";
    write(db, [&](Transaction& tx) {
      auto copy = note;
      update(tx, copy);
    });
    stale.words = "third";
    EXPECT_EQ(fault_of([&] {
      write(db, [&](Transaction& tx) {
        auto copy = stale;
        update(tx, copy);
      });
    }), Fault::conflict);
    EXPECT_EQ(read(db, [&](Transaction& tx) { return need(tx, note.id).words; }), "second");
  });
}

TEST(Databases, count_the_rows_that_a_statement_touched) {
  on_each([](Database& db) {
    write(db, [](Transaction& tx) {
      EXPECT_EQ(tx.execute("insert into counted (id, value) values ('a', 1), ('b', 2)", {}), 2);
      EXPECT_EQ(tx.execute("update counted set value = 3", {}), 2);
      EXPECT_EQ(tx.execute("select * from counted", {}), 0);
      EXPECT_EQ(tx.execute("create table other (id text primary key)", {}), 0);
      EXPECT_EQ(tx.execute("delete from counted where id = $1", cells("none")), 0);
      EXPECT_EQ(tx.execute("delete from counted", {}), 2);
    });
  });
}

TEST(Databases, answer_rows_of_a_writing_statement) {
  on_each([](Database& db) {
    constexpr std::string_view take =
        "insert into counted (id, value) values ($1, 1) "
        "on conflict (id) do update set value = counted.value + 1 returning value";
    for (std::int64_t expected = 1; expected <= 3; ++expected)
      EXPECT_EQ(write(db, [&](Transaction& tx) { return count(tx, take, "n"); }), expected);
  });
}

TEST(Databases, let_a_body_use_its_transaction_while_it_reads_rows) {
  on_each([](Database& db) {
    write(db, [](Transaction& tx) {
      tx.execute("insert into counted (id, value) values ('a', 1), ('b', 2), ('c', 3)", {});
      constexpr std::string_view all = "select id from counted order by id";
      int inner = 0;
      tx.query(all, {}, [&](const Row& row) {
        tx.query(all, {}, [&](const Row&) { ++inner; });
        tx.execute("update counted set value = value + 10 where id = $1", cells(row[0].text));
      });
      EXPECT_EQ(inner, 9);
      EXPECT_EQ(count(tx, "select sum(value) from counted"), 36);
    });
    read(db, [](Transaction& tx) {
      int inner = 0;
      tx.query("select id from counted", {},
               [&](const Row&) { tx.query("select id from counted", {}, [&](const Row&) { ++inner; }); });
      EXPECT_EQ(inner, 9);
      return 0;
    });
  });
}

TEST(Databases, leave_out_parameters_that_a_statement_does_not_mention) {
  on_each([](Database& db) {
    const auto mixed = cells("never", 7, "unused", "x", 2.5);
    write(db, [&](Transaction& tx) { tx.execute("insert into counted (id, value) values ($4, $2)", mixed); });
    EXPECT_EQ(read(db,
                   [&](Transaction& tx) {
                     return count(
                         tx, "select value /* $1 */ from counted where id = $4 and id <> '$3' and value = $2",
                         cells("", 7, "", "x")[0].text, 7, "", "x");
                   }),
              7);
  });
}

TEST(Databases, refuse_a_statement_whose_parameter_is_not_given) {
  on_each([](Database& db) {
    EXPECT_EQ(fault_of([&] {
                write(db,
                      [](Transaction& tx) { tx.execute("delete from counted where id = $2", cells("a")); });
              }),
              Fault::internal);
    EXPECT_EQ(rows_in(db, "counted"), 0);
  });
}

TEST(Databases, go_on_after_a_statement_that_is_wrong) {
  on_each([](Database& db) {
    const auto wrong = [&] {
      write(db, [](Transaction& tx) { tx.execute("insert into nowhere (id) values (1)", {}); });
    };
    for (int i = 0; i < 3; ++i) EXPECT_EQ(fault_of(wrong), Fault::internal);
    EXPECT_EQ(fault_of([&] { read(db, [](Transaction& tx) { return tx.execute("selec 1", {}); }); }),
              Fault::internal);
    EXPECT_EQ(
        fault_of([&] { read(db, [](Transaction& tx) { return tx.execute("select 1; select 2", {}); }); }),
        Fault::internal);
    write(db, [](Transaction& tx) { insert(tx, note_saying("still here")); });
    EXPECT_EQ(rows_in(db, "notes"), 1);
  });
}

TEST(Databases, do_not_commit_what_goes_on_after_a_failed_statement) {
  on_each([](Database& db) {
    const auto note = note_saying("one");
    write(db, [&](Transaction& tx) { insert(tx, note); });
    EXPECT_EQ(fault_of([&] {
      write(db, [&](Transaction& tx) {
        insert(tx, note_saying("two"));
        EXPECT_THROW(insert(tx, note), Error);
        EXPECT_THROW(insert(tx, note_saying("three")), Error);
      });
    }), Fault::conflict);
    EXPECT_EQ(rows_in(db, "notes"), 1);
  });
}

TEST(Databases, let_a_body_say_a_failure_in_its_own_words) {
  on_each([](Database& db) {
    const auto note = note_saying("one");
    write(db, [&](Transaction& tx) { insert(tx, note); });
    const auto error = error_of([&] {
      write(db, [&](Transaction& tx) {
        try {
          insert(tx, note);
        } catch (const Error&) {
          throw Error(Fault::limited, "one is enough");
        }
      });
    });
    EXPECT_EQ(error.message, "one is enough");
  });
}

TEST(Databases, do_not_write_in_a_reading_transaction) {
  on_each([](Database& db) {
    EXPECT_EQ(fault_of([&] {
                read(db, [](Transaction& tx) {
                  return tx.execute("insert into counted (id, value) values ('a', 1)", {});
                });
              }),
              Fault::internal);
    EXPECT_EQ(rows_in(db, "counted"), 0);
  });
}

TEST(Databases, read_one_state_while_others_write) {
  on_each([](Database& db) {
    write(db, [](Transaction& tx) {
      tx.execute("insert into counted (id, value) values ('a', 0), ('b', 0)", {});
    });
    std::atomic<bool> stop = false;
    std::thread writer([&] {
      while (!stop)
        write(db, [](Transaction& tx) { tx.execute("update counted set value = value + 1", {}); });
    });
    for (int i = 0; i < 50; ++i)
      read(db, [](Transaction& tx) {
        const auto a = count(tx, "select value from counted where id = 'a'");
        EXPECT_EQ(count(tx, "select value from counted where id = 'b'"), a);
        return 0;
      });
    stop = true;
    writer.join();
  });
}

TEST(Databases, take_writers_from_many_threads) {
  on_each([](Database& db) {
    constexpr int threads = 8, each = 200;
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
      writers.emplace_back([&, t] {
        for (int i = 0; i < each; ++i)
          write(db, [&](Transaction& tx) {
            auto note = note_saying(fmt::format("{} of {}", i, t));
            insert(tx, note);
            update(tx, note);
          });
      });
    for (auto& writer : writers) writer.join();
    EXPECT_EQ(rows_in(db, "notes"), threads * each);
    EXPECT_EQ(db.last_change(), 2 * threads * each);
  });
}

TEST(Databases, lose_no_update_when_all_want_the_same_row) {
  on_each([](Database& db) {
    write(db, [](Transaction& tx) { tx.execute("insert into counted (id, value) values ('all', 0)", {}); });
    constexpr int threads = 4, each = 25;
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
      writers.emplace_back([&] {
        for (int i = 0; i < each; ++i)
          write(db, [](Transaction& tx) {
            const auto before = count(tx, "select value from counted where id = 'all'");
            tx.execute("update counted set value = $1 where id = 'all'", cells(before + 1));
          });
      });
    for (auto& writer : writers) writer.join();
    EXPECT_EQ(read(db, [](Transaction& tx) { return count(tx, "select value from counted"); }),
              threads * each);
  });
}

TEST(Databases, undo_only_the_failing_ones_of_a_group) {
  on_each([](Database& db) {
    constexpr int many = 300;
    std::vector<std::promise<bool>> outcomes(many);
    const auto taken = note_saying("taken");
    write(db, [&](Transaction& tx) { insert(tx, taken); });
    for (int i = 0; i < many; ++i)
      db.submit(
          [&, i](Transaction& tx) {
            insert(tx, note_saying(fmt::format("{}", i)));
            if (i % 3 == 1) throw std::runtime_error("no");
            if (i % 3 == 2) insert(tx, taken);
          },
          [&, i](std::exception_ptr error) { outcomes[std::size_t(i)].set_value(error == nullptr); });
    int kept = 0;
    for (int i = 0; i < many; ++i) {
      const bool good = outcomes[std::size_t(i)].get_future().get();
      EXPECT_EQ(good, i % 3 == 0) << i;
      kept += good;
    }
    EXPECT_EQ(rows_in(db, "notes"), kept + 1);
    EXPECT_EQ(db.last_change(), kept + 1);
  });
}

TEST(Databases, check_statements_without_running_them) {
  on_each([](Database& db) {
    db.check_statement("select id from notes where words = $1 and weight > $2 order by id limit $3");
    db.check_statement("delete from notes");
    db.check_statement("delete from notes");
    EXPECT_EQ(fault_of([&] { db.check_statement("select id from nowhere"); }), Fault::internal);
    EXPECT_EQ(fault_of([&] { db.check_statement("select nothing from notes"); }), Fault::internal);
    EXPECT_EQ(fault_of([&] { db.check_statement("select id from notes; select 1"); }), Fault::internal);
    db.check_statement("select 1;");
  });
}

TEST(Databases, prepare_more_statements_than_they_keep) {
  on_each([](Database& db) {
    for (int round = 0; round < 2; ++round)
      write(db, [&](Transaction& tx) {
        for (int i = 0; i < 700; ++i)
          EXPECT_EQ(count(tx, fmt::format("select {} + count(*) from counted", i)), i);
      });
  });
}

TEST(Databases, survive_a_column_that_is_added_meanwhile) {
  on_each([](Database& db) {
    const auto columns = [&] {
      return read(db, [](Transaction& tx) {
        std::size_t out = 0;
        tx.query("select * from counted", {}, [&](const Row& row) { out = row.size(); });
        return out;
      });
    };
    write(db, [](Transaction& tx) { tx.execute("insert into counted (id, value) values ('a', 1)", {}); });
    EXPECT_EQ(columns(), 2U);
    write(db, [](Transaction& tx) { tx.execute("alter table counted add column more text", {}); });
    EXPECT_EQ(columns(), 3U);
  });
}

}  // namespace
}  // namespace welkin::sql
