// An answer's content: a list of objects, or one object.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <string>
#include <vector>

namespace welkin::cli {

struct Answer {
  bool is_list = false;
  std::string name;                       ///< of the list's or object's member; empty for what has none
  std::int64_t count = 0;                 ///< of all that match, which may be more than the rows
  std::vector<boost::json::object> rows;  ///< exactly one when it is no list
};

/// Takes the inside of an envelope apart. `listing`: whether an empty one stands for an empty list.
Answer read_answer(const boost::json::object& inside, bool listing);

/// The inside with only these members of each object, in this order.
boost::json::object picked(const boost::json::object& inside, const Answer& answer,
                           const std::vector<std::string>& columns);

/// A value as one line of plain text; objects and lists as JSON.
std::string text_of(const boost::json::value& value);
/// The member's text; empty when it is absent.
std::string cell(const boost::json::object& row, std::string_view column);
/// Name and text of every value inside, however deep: `nic[0].ipaddress`.
std::vector<std::pair<std::string, std::string>> flattened(const boost::json::object& object);

}  // namespace welkin::cli
