// What a command is: a declaration that every dialect binds, validates, authorizes, audits, answers and documents from.
//
//   Page<ZoneAnswer> list_zones(Call&, sql::Transaction&, const ListZones&);
//   const Command commands[] = {reading<list_zones>({"listZones", "zone", "Lists zones."})};
//
// Six kinds of handlers, told apart by the function used to declare them:
//   reading   Answer f(Call&, Transaction&, const Request&)   in one read transaction
//   writing   Answer f(Call&, Transaction&, const Request&)   in one write transaction; may run again
//   outside   Answer f(Call&, const Request&)                 opens its own transactions; may block
//   journey   Begun  f(Call&, Transaction&, const Request&)   in one write transaction; answered by a job
//   awaited   the same, but answered when the journey has ended
//   prompt    like writing, but answered by a job that is done already: asynchronous in the API, not in effect
// References in the request are fetched and authorized before the handler runs, in its transaction.
#pragma once

#include <functional>
#include <unordered_map>

#include "access/reference.hpp"
#include "base/forgotten.hpp"
#include "commands/marks.hpp"
#include "flows/cloud.hpp"
#include "model/job.hpp"
#include "sql/many.hpp"

namespace welkin::commands {

/// One page of a list. `count` is of all that match, not of the page.
template <class A>
struct Page {
  std::int64_t count = 0;
  std::vector<A> rows;
};

/// The answer of commands that only succeed or fail.
struct Success {
  FIELDS(Success,
    (bool, success, "True; a failure is an error."),
    (std::optional<std::string>, displaytext, "What there is to say about it."))
};

/// What a journey command hands to the engine.
struct Begun {
  durable::FlowRow flow;
  Id<model::Job> job;         ///< filled in by the dispatcher
  std::string instance_type;  ///< what the job is about: VirtualMachine, Volume, Network …
  Uuid instance_id;
  std::string id;  ///< printed beside the job's id when the command creates something
};

/// What a handler answered, ready to be written.
struct Answer {
  /// Writes the inside: members of a flat answer; of an object; or one element after another of a list.
  std::function<void(Sink&)> write;
  bool is_list = false;
  std::int64_t count = 0;
  bool bare = false;  ///< of a list: a count without rows
  std::optional<Begun> begun;
};

namespace detail {
template <class A>
struct AnswerTraits;
}
struct Command;
class Throttle;

/// One request on its way through a handler.
class Call {
 public:
  Call(Cloud& cloud, access::Caller caller, std::string request_id)
      : cloud(cloud), caller(std::move(caller)), request_id(std::move(request_id)) {}

  Cloud& cloud;
  const access::Caller caller;
  const std::string request_id;
  std::string source_address;
  Id<model::Session> session{};  ///< that the caller is logged in by; nil for keys
  /// What showed who is calling: a key, a session, the port.
  std::string credential;
  /// The status a failure is answered with, as the dialect has it.
  int (*status_of)(const Error&) = nullptr;
  /// Everything is tried and nothing is done: what changes records is rolled back, and nothing outside is touched.
  bool dry = false;
  /// All commands there are, and which of them the caller may call: for listApis.
  std::span<const Command> index;
  /// How much each account calls.
  Throttle* throttle = nullptr;
  std::function<bool(const Command&)> may_call;

  /// A row by id, remembered for the rest of the call: for names beside ids in answers.
  template <class T>
  const T* look(sql::Transaction& tx, const Id<T>& id) {
    return static_cast<const T*>(look(tx, &fetched<T>, id));
  }
  /// Reads at once what `look` will be asked for.
  template <class T>
  void look_ahead(sql::Transaction& tx, std::vector<Uuid> ids) {
    drop_looked_at(&fetched<T>, ids);
    for (auto& row : sql::all_in<T>(tx, "id", ids)) {
      const Uuid id = row.id;
      looked_[{&fetched<T>, id}] = forgotten<T>(std::move(row));
    }
  }
  /// Whether a domain demands second factors, remembered as well.
  bool demands_factor(sql::Transaction& tx, const Id<model::Domain>& domain);
  /// Forgets what is remembered; done before a body runs again.
  void forget() {
    looked_.clear();
    demanding_.clear();
    touched = {};
    event_note.clear();
    owner = {};
    launches.clear();
    afterwards.clear();
  }

  /// The one write of an `outside` handler; the body answers what the handler will answer. What every call leaves behind is
  /// written with it. A rehearsal ends here.
  template <class F>
  auto write(F body) {
    const auto bound_owner = owner;
    return sql::write(cloud.database, [&](sql::Transaction& tx) {
      forget();
      owner = bound_owner;
      auto out = body(tx);
      if (before_commit) before_commit(tx, detail::AnswerTraits<decltype(out)>::pack(out));
      return out;
    });
  }
  /// Of the dispatcher: ends the transaction in which a call changes something.
  std::function<void(sql::Transaction&, const Answer&)> before_commit;

  /// The thing a prompt command has made or changed, for its job.
  Uuid touched;
  /// A word for the event: the name of what was made. Optional.
  std::string event_note;
  /// Whose the event is, where it is not the caller's: the account of the project that it happens in.
  access::Owner owner;
  /// Journeys to launch when the transaction has committed, besides the command's own.
  std::vector<durable::FlowRow> launches;
  /// What is to be done outside our records when the transaction has committed, and never in a rehearsal.
  std::vector<std::function<void()>> afterwards;

 private:
  /// How a row is read; one for each kind of row, which it stands for.
  using Fetch = std::shared_ptr<void> (*)(sql::Transaction&, const Uuid&);
  template <class T>
  static std::shared_ptr<void> fetched(sql::Transaction& tx, const Uuid& id) {
    auto row = sql::get<T>(tx, Id<T>(id));
    return row ? forgotten<T>(std::move(*row)) : nullptr;
  }
  const void* look(sql::Transaction& tx, Fetch fetch, const Uuid& id);
  /// Leaves the ids that were not looked at.
  void drop_looked_at(Fetch fetch, std::vector<Uuid>& ids) const;

  struct KeyHash {
    std::size_t operator()(const std::pair<Fetch, Uuid>& key) const {
      return std::hash<Fetch>()(key.first) ^ std::hash<Uuid>()(key.second);
    }
  };
  /// By kind and id; null for what is not there.
  std::unordered_map<std::pair<Fetch, Uuid>, std::shared_ptr<void>, KeyHash> looked_;
  std::unordered_map<Uuid, bool> demanding_;
};

/// Who may call a command when no rule of the caller's role says otherwise.
enum class Audience {
  root,      ///< root administrators
  admins,    ///< and domain administrators
  everyone,  ///< and users
};

enum class Manner { reading, writing, outside, journey, awaited, prompt };

/// What a command says of itself.
struct CommandFacts {
  std::string_view name;           ///< as it is called: deployVirtualMachine
  std::string_view object;         ///< name of the answer's object; empty for a flat answer
  std::string_view documentation;  ///< one sentence
  Audience audience = Audience::root;
  std::string_view event{};        ///< type of the event it leaves: VM.CREATE; empty for none
  std::string_view entity{};       ///< what a job is about: VirtualMachine
  std::string_view since{};        ///< the version of CloudStack that brought it; filled in by the index
  std::string_view response{};     ///< name of the answer, when it is not the lower-case name + "response"
  bool get = false;                ///< HTTP GET is its method; derived from the name when false
};

/// Parameters that a command of CloudStack has and ours has not, and what they ask for that Welkin lacks.
using Lacks = std::map<std::string_view, std::string_view>;

/// Parameters and the versions of CloudStack that brought them; without those that there always were.
using Since = std::map<std::string_view, std::string_view>;

struct Command {
  CommandFacts facts;
  Manner manner;
  bool is_list;      ///< answers with count and an array
  bool creates;      ///< a journey that answers with the new thing's id at once
  const Shape& (*request)();
  const Shape& (*answer)();
  std::shared_ptr<void> (*new_request)();
  /// Runs the handler; `tx` is null for `outside`.
  Answer (*run)(Call&, sql::Transaction*, const void* request);
  /// Of journeys: the answer once the journey is done.
  Answer (*result)(Call&, sql::Transaction&, const model::Job& job, const durable::FlowRow& flow) = nullptr;

  // Filled in by the index.
  Lacks lacks{};
  Since since{};

  std::string response_name() const;
  bool is_async() const { return manner == Manner::journey || manner == Manner::prompt; }
};

namespace detail {
template <class F>
struct HandlerTraits;
template <class A, class R>
struct HandlerTraits<A (*)(Call&, sql::Transaction&, const R&)> {
  using Answered = A;
  using Request = R;
};
template <class A, class R>
struct HandlerTraits<A (*)(Call&, const R&)> {
  using Answered = A;
  using Request = R;
};
/// The answer that writes this value.
Answer packed(std::shared_ptr<void> value, const Type& type);
/// The answer that writes `number` values of `size` bytes from `first` on, which `kept` keeps.
Answer packed_rows(std::shared_ptr<void> kept, const void* first, std::size_t number, std::size_t size, const Type& type,
                   std::int64_t count);
template <class A>
struct AnswerTraits {
  using Element = A;
  static constexpr bool list = false;
  static Answer pack(A answer) { return packed(forgotten<A>(std::move(answer)), type_of<A>()); }
};
template <class A>
struct AnswerTraits<Page<A>> {
  using Element = A;
  static constexpr bool list = true;
  static Answer pack(Page<A> page) {
    const void* first = page.rows.data();
    const auto number = page.rows.size();
    return packed_rows(forgotten<std::vector<A>>(std::move(page.rows)), first, number, sizeof(A), type_of<A>(), page.count);
  }
};
template <>
struct AnswerTraits<Begun> {
  static Answer pack(Begun begun) { return {.write = {}, .begun = std::move(begun)}; }
};
/// What is shown of marks on what is answered.
template <class A>
void complete(Call& call, sql::Transaction& tx, const auto& request, A& answer) {
  if constexpr (AnswerTraits<A>::list)
    show_marks(call, tx, request, std::span(answer.rows));
  else
    show_marks(call, tx, request, std::span(&answer, 1));
}
template <class T>
std::shared_ptr<void> make_request() {
  return forgotten<T>();
}
template <auto Handler>
Answer run_handler(Call& call, sql::Transaction* tx, const void* request) {
  using Traits = HandlerTraits<decltype(Handler)>;
  const auto& typed = *static_cast<const typename Traits::Request*>(request);
  using Packed = AnswerTraits<typename Traits::Answered>;
  if constexpr (std::is_invocable_v<decltype(Handler), Call&, sql::Transaction&, const typename Traits::Request&>) {
    auto answer = Handler(call, *tx, typed);
    if constexpr (!std::is_same_v<decltype(answer), Begun>) complete(call, *tx, typed, answer);
    return Packed::pack(std::move(answer));
  } else {
    return Packed::pack(Handler(call, typed));
  }
}
template <auto Handler>
Command declare(Manner manner, CommandFacts facts) {
  using Traits = HandlerTraits<decltype(Handler)>;
  using Packed = AnswerTraits<typename Traits::Answered>;
  return {facts,
          manner,
          Packed::list,
          false,
          &shape_of<typename Traits::Request>,
          &shape_of<typename Packed::Element>,
          &make_request<typename Traits::Request>,
          &run_handler<Handler>};
}
template <class F>
struct ResultTraits;
template <class A>
struct ResultTraits<A (*)(Call&, sql::Transaction&, const model::Job&, const durable::FlowRow&)> {
  using Answered = A;
};
template <auto Result>
Answer run_result(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow& flow) {
  using Answered = ResultTraits<decltype(Result)>::Answered;
  auto answer = Result(call, tx, job, flow);
  complete(call, tx, job, answer);
  return AnswerTraits<Answered>::pack(std::move(answer));
}
template <auto Handler, auto Result>
Command declare_journey(Manner manner, CommandFacts facts, bool creates) {
  using Traits = HandlerTraits<decltype(Handler)>;
  using Packed = AnswerTraits<typename ResultTraits<decltype(Result)>::Answered>;
  return {facts,
          manner,
          Packed::list,
          creates,
          &shape_of<typename Traits::Request>,
          &shape_of<typename Packed::Element>,
          &make_request<typename Traits::Request>,
          &run_handler<Handler>,
          &run_result<Result>};
}
}  // namespace detail

template <auto Handler>
Command reading(CommandFacts facts) {
  return detail::declare<Handler>(Manner::reading, facts);
}
template <auto Handler>
Command writing(CommandFacts facts) {
  return detail::declare<Handler>(Manner::writing, facts);
}
template <auto Handler>
Command outside(CommandFacts facts) {
  return detail::declare<Handler>(Manner::outside, facts);
}
template <auto Handler>
Command prompt(CommandFacts facts, bool creates = false) {
  auto command = detail::declare<Handler>(Manner::prompt, facts);
  command.creates = creates;
  return command;
}
/// `Result` answers when the journey is done: `A f(Call&, Transaction&, const Job&, const FlowRow&)`.
template <auto Handler, auto Result>
Command journey(CommandFacts facts) {
  return detail::declare_journey<Handler, Result>(Manner::journey, facts, false);
}
/// A journey that makes something: its id is answered at once, beside the job's.
template <auto Handler, auto Result>
Command creation(CommandFacts facts) {
  return detail::declare_journey<Handler, Result>(Manner::journey, facts, true);
}
template <auto Handler, auto Result>
Command awaited(CommandFacts facts) {
  return detail::declare_journey<Handler, Result>(Manner::awaited, facts, false);
}

/// The result of journeys that only succeed.
Success succeeded(Call&, sql::Transaction&, const model::Job&, const durable::FlowRow&);
extern template Answer detail::run_result<&succeeded>(Call&, sql::Transaction&, const model::Job&, const durable::FlowRow&);
extern template Answer detail::AnswerTraits<Success>::pack(Success);

/// Begins a journey in the caller's transaction.
template <class In>
Begun begin(Call& call, sql::Transaction& tx, std::string_view flow, const In& order, std::string_view instance_type,
            const Uuid& instance_id) {
  return {call.cloud.journeys->begin(tx, flow, order), {}, std::string(instance_type), instance_id, instance_id.text()};
}

}  // namespace welkin::commands
