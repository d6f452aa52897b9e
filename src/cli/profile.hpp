// Profiles: which cloud, and as whom. One file with a section for each.
#pragma once

#include <boost/property_tree/ptree_fwd.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/secret.hpp"

namespace welkin::cli {

struct Profile {
  std::string name;
  std::string endpoint;
  std::string api_key;
  Secret secret_key;
  std::string username;
  Secret password;
  std::string domain;  ///< of the user; ROOT when empty
  bool verify = true;  ///< whether the server's certificate must be believed
};

/// The file's sections, as it stands on disk until `save`.
class Profiles final {
 public:
  /// An absent file is an empty one. Throws `invalid` for a file that is not in sections.
  explicit Profiles(std::string file);
  ~Profiles();

  std::vector<std::string> names() const;
  bool has(const std::string& name) const;
  /// Throws `missing` with the nearest names.
  Profile get(const std::string& name) const;
  /// The one in use; else `default`, else the only one, else nothing.
  std::string current() const;

  /// These throw `invalid` for a name or key that cannot be, and `missing` for a profile that is not there.
  void use(const std::string& name);
  void set(const std::string& name, const std::string& key, const std::string& value);
  void remove(const std::string& name);
  /// Writes the file, for its owner only.
  void save() const;

  /// True when others than its owner can read the file.
  bool is_open_to_others() const;
  const std::string& file() const { return file_; }

 private:
  void must_have(const std::string& name) const;

  std::string file_;
  std::unique_ptr<boost::property_tree::ptree> tree_;
};

/// A profile from a cloud's own admin.json. Throws `invalid`.
Profile read_admin_file(const std::string& file);

}  // namespace welkin::cli
