// Tables of row structs: statements that make them, and a comparison with what a database has.
#include "sql/schema.hpp"

#include <sodium.h>

#include <algorithm>
#include <map>

namespace welkin::sql {

namespace {
struct Column {
  std::string type;
  bool nullable = false;
  bool operator==(const Column&) const = default;
};
/// What a database has.
struct LiveTable {
  std::map<std::string, Column, std::less<>> columns;
  std::vector<std::string> indexes;
};

constexpr std::string_view key = "id";

std::string_view column_type(const Field& field) {
  switch (field.type->kind) {
    case Kind::boolean:
    case Kind::integer:
    case Kind::time: return "bigint";
    case Kind::number: return "double precision";
    case Kind::text:
    case Kind::id:
    case Kind::enumeration:
    case Kind::list:
    case Kind::map:
    case Kind::object: return "text";
    case Kind::secret:
    case Kind::reference: break;
  }
  must(false, "a row has no secrets and no references");
  return {};
}

Column column_of(const Field& field) {
  const bool may_be_nil = field.type->kind == Kind::id && field.name != key;
  return {std::string(column_type(field)), field.type->optional || may_be_nil};
}

std::string literal(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::null: return "null";
    case Cell::Kind::integer: return fmt::format("{}", cell.integer);
    case Cell::Kind::real: return fmt::format("{}", cell.real);
    case Cell::Kind::text: break;
  }
  std::string out = "'";
  for (const char c : cell.text) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

std::string short_digest(std::string_view text) {
  unsigned char hash[crypto_generichash_BYTES_MIN];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                     nullptr, 0);
  return fmt::format("{:02x}{:02x}{:02x}{:02x}", hash[0], hash[1], hash[2], hash[3]);
}

std::string declaration(const Field& field) {
  const auto [type, nullable] = column_of(field);
  return fmt::format("{} {}{}{}", field.name, type, field.name == key ? " primary key" : "",
                     nullable ? "" : " not null");
}

std::string create_index(std::string_view table, std::string_view index) {
  const bool unique = index.starts_with("unique");
  const auto columns = index.substr(std::min(index.find('('), index.size()));
  return fmt::format("create {}index {} on {} {};\n", unique ? "unique " : "", index_name(table, index),
                     table, columns);
}

std::string add_column(const TableShape& table, std::size_t place) {
  const auto& field = table.shape().fields[place];
  const auto [type, nullable] = column_of(field);
  const auto rest = nullable ? "" : fmt::format(" not null default {}", literal(table.fresh()[place]));
  return fmt::format("alter table {} add column {} {}{};\n", table.table, field.name, type, rest);
}

constexpr std::string_view sqlite_columns =
    R"(select name, lower(type), 1 - "notnull" from pragma_table_info($1))";
constexpr std::string_view postgres_columns =
    "select column_name, data_type, case is_nullable when 'YES' then 1 else 0 end from "
    "information_schema.columns "
    "where table_schema = current_schema() and table_name = $1";
constexpr std::string_view sqlite_indexes =
    "select name from sqlite_master where type = 'index' and tbl_name = $1 and sql is not null order by name";
constexpr std::string_view postgres_indexes =
    "select indexname from pg_indexes where schemaname = current_schema() and tablename = $1 "
    "and indexname <> $1 || '_pkey' order by indexname";

LiveTable live_table(Database& database, std::string_view table) {
  const bool is_sqlite = database.engine() == "sqlite";
  const auto name = cells(table);
  LiveTable out;
  database.read([&](Transaction& tx) {
    out = {};
    tx.query(is_sqlite ? sqlite_columns : postgres_columns, name, [&](const Row& row) {
      out.columns[std::string(row[0].text)] = {std::string(row[1].text), row[2].integer != 0};
    });
    tx.query(is_sqlite ? sqlite_indexes : postgres_indexes, name,
             [&](const Row& row) { out.indexes.emplace_back(row[0].text); });
  });
  return out;
}

/// Where a live table differs from its struct.
struct Difference {
  std::string said;       ///< a sentence
  std::string statement;  ///< what cures it, with a newline; empty when a person must decide
};

void compare_columns(const TableShape& table, const LiveTable& live, std::vector<Difference>& out) {
  const auto& shape = table.shape();
  for (std::size_t i = 0; i < shape.fields.size(); ++i) {
    const auto& name = shape.fields[i].name;
    const auto wanted = column_of(shape.fields[i]);
    const auto found = live.columns.find(name);
    if (found == live.columns.end()) {
      out.push_back({fmt::format("{}.{} is missing.", table.table, name), add_column(table, i)});
    } else if (found->second != wanted) {
      const auto say = [](const Column& c) { return c.type + (c.nullable ? "" : " not null"); };
      out.push_back({fmt::format("{}.{} is {}; the struct's is {}.", table.table, name, say(found->second),
                                 say(wanted)),
                     {}});
    }
  }
  for (const auto& [name, column] : live.columns)
    if (!shape.by_name(name))
      out.push_back({fmt::format("{}.{} is not in the struct.", table.table, name), {}});
}

void compare_indexes(const TableShape& table, const LiveTable& live, std::vector<Difference>& out) {
  std::vector<std::string> wanted;
  for (const auto index : table.indexes) {
    wanted.push_back(index_name(table.table, index));
    if (std::ranges::find(live.indexes, wanted.back()) == live.indexes.end())
      out.push_back(
          {fmt::format("The index {} is missing.", wanted.back()), create_index(table.table, index)});
  }
  for (const auto& index : live.indexes)
    if (std::ranges::find(wanted, index) == wanted.end())
      out.push_back(
          {fmt::format("The index {} is not in the struct.", index), fmt::format("drop index {};\n", index)});
}

std::vector<Difference> compare(Database& database, const TableShape& table) {
  const auto live = live_table(database, table.table);
  std::vector<Difference> out;
  if (live.columns.empty()) {
    out.push_back({fmt::format("The table {} is missing.", table.table), create_table(table)});
    return out;
  }
  compare_columns(table, live, out);
  compare_indexes(table, live, out);
  return out;
}
}  // namespace

std::string create_table(const TableShape& table) {
  std::string out = fmt::format("create table {} (", table.table);
  const auto& fields = table.shape().fields;
  for (const auto& field : fields)
    out += fmt::format("{}\n  {}", &field == fields.data() ? "" : ",", declaration(field));
  out += "\n);\n";
  for (const auto index : table.indexes) out += create_index(table.table, index);
  return out;
}

std::string index_name(std::string_view table, std::string_view index) {
  constexpr std::size_t name_max = 63;
  const auto begin = std::min(index.find('('), index.size());
  const auto end = std::min(index.find(" where "), index.size());
  std::string out(table);
  for (const char c : index.substr(begin, end - begin)) {
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (fits)
      out += c;
    else if (out.back() != '_')
      out += '_';
  }
  while (out.back() == '_') out.pop_back();
  if (index.starts_with("unique")) out += "_unique";
  if (end != index.size()) out += "_" + short_digest(index.substr(end));
  if (out.size() <= name_max) return out;
  return out.substr(0, name_max - 9) + "_" + short_digest(out);
}

std::vector<std::string> differences(Database& database, const TableShape& table) {
  std::vector<std::string> out;
  for (auto& difference : compare(database, table)) out.push_back(std::move(difference.said));
  return out;
}

std::string migration(Database& database, std::span<const TableShape> tables) {
  std::string out;
  for (const auto& table : tables)
    for (const auto& [said, statement] : compare(database, table))
      out += statement.empty() ? fmt::format("-- {}\n", said) : statement;
  return out;
}

}  // namespace welkin::sql
