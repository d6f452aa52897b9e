// References in requests: a parameter whose type says which noun it names and what for. The binder resolves them before
// a handler runs, so a handler holds rows, not ids.
#pragma once

#include "access/nouns.hpp"

namespace welkin::access {

/// Whose a thing is.
struct Owner {
  Id<model::Account> account;
  Id<model::Domain> domain;
};

/// What the binder must know to resolve a reference.
struct Resolver {
  /// Answers whose the thing is that will be changed; nothing of what is only seen or used.
  Owner (*resolve)(sql::Transaction& tx, const Caller& caller, void* reference, std::string_view parameter);
  std::string_view noun;  ///< the table of what it names
  Use use;
};

/// Names a `T` that the caller may use so. Holds the row once bound.
template <class T, Use use_ = Use::operate>
struct Ref {
  std::string given{};  ///< what the caller wrote
  std::optional<T> row{};

  const T& operator*() const { return *row; }
  const T* operator->() const { return &*row; }
  const Id<T>& id() const { return row->id; }
  bool operator==(const Ref&) const = default;
};

template <class T>
using See = Ref<T, Use::see>;
template <class T>
using Using = Ref<T, Use::use>;
template <class T>
using Operate = Ref<T, Use::operate>;
template <class T>
using End = Ref<T, Use::end>;

/// Names the project whose things are listed; -1 is all that the caller may see.
struct SeeProjects {
  std::string given{};  ///< what the caller wrote
  std::optional<model::Project> row{};  ///< nothing for all

  bool operator==(const SeeProjects&) const = default;
};

namespace detail {
template <class T, Use use>
Owner resolve(sql::Transaction& tx, const Caller& caller, void* reference, std::string_view parameter) {
  auto& ref = *static_cast<Ref<T, use>*>(reference);
  const auto id = Id<T>::parse(ref.given);
  if (!id) refuse_id(parameter, ref.given);
  ref.row = find<T>(tx, caller, *id, use, parameter);
  if constexpr (changes(use) && requires { Owner{ref.row->account_id, ref.row->domain_id}; })
    return {ref.row->account_id, ref.row->domain_id};
  return {};
}
Owner resolve_projects(sql::Transaction& tx, const Caller& caller, void* reference, std::string_view parameter);
inline constexpr Resolver projects_resolver{&resolve_projects, model::Project::table, Use::see};
template <class T, Use use>
inline constexpr Resolver resolver{&resolve<T, use>, T::table, use};
}  // namespace detail
}  // namespace welkin::access

namespace welkin {

/// For references of every kind.
template <class Reference>
struct RefOps {
  using Value = Reference;
  static bool present(const Value& v) { return v.row.has_value(); }
  static void write(Sink& s, const Value& v) { s.text(v.given); }
  static bool parse(Value& v, std::string_view t) {
    v.given = t;
    return true;
  }
  static void read(Value& v, Json j) { v.given = j.text(); }
  static Cell store(const Value& v) { return v.row ? Cell::of(v.given) : Cell{}; }
  static void load(Value&, const SeenCell&) { detail::bad_cell("a request's reference"); }
};
template <class T, access::Use use>
struct TypeOf<access::Ref<T, use>> {
  static constexpr Type type = [] {
    auto type = make_type<RefOps<access::Ref<T, use>>>(Kind::reference, "uuid");
    type.reference = &access::detail::resolver<T, use>;
    return type;
  }();
};
template <>
struct TypeOf<access::SeeProjects> {
  static constexpr Type type = [] {
    auto type = make_type<RefOps<access::SeeProjects>>(Kind::reference, "uuid");
    type.reference = &access::detail::projects_resolver;
    return type;
  }();
};

}  // namespace welkin
