#pragma once
#include <array>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "annulet/model/model_file.hpp"

namespace annulet {

/// Reads a model file strictly: every key must be there, be of the type and in the range asked for, and be
/// asked for by somebody. A key of a section inside may be written with a dot: "cuts.faint_od".
/// All functions but the questions `has` and `keys` throw Error Usage that reads
/// "<file>:<line>:<column>: '<key>' <why>". A copy keeps its own list of what was asked for. One thread.
class TomlTable {
 public:
  explicit TomlTable(const ModelFile& file);

  bool has(const std::string& key) const;
  std::vector<std::string> keys() const;  ///< of this table, without the dotted ones; sorted

  std::string text(const std::string& key);                ///< not empty
  std::string text_or_empty(const std::string& key);       ///< empty where absent
  std::vector<std::string> texts(const std::string& key);  ///< a text or a list of texts; not empty
  int integer(const std::string& key, int low, int high);  ///< both ends allowed
  /// Whole or not, both ends allowed; `unit` is for the message.
  double number(const std::string& key, double low, double high, const std::string& unit);
  bool flag(const std::string& key);  ///< false where absent
  std::array<double, 3> vector3(const std::string& key);
  std::vector<std::pair<int, int>> pairs(const std::string& key);  ///< [[0, 0], [1000, 1000]]

  /// Tables inside; each is asked for its own keys, and for `no_other_keys`.
  TomlTable table(const std::string& key);
  std::vector<TomlTable> tables(const std::string& key);  ///< of [[key]]; empty where absent

  /// Throws for the first key that nobody asked for.
  void no_other_keys() const;
  /// Throws and points at `key` where it is there, else at the table.
  [[noreturn]] void reject(const std::string& key, const std::string& why) const;

 private:
  struct Part;
  explicit TomlTable(std::shared_ptr<const Part> part);

  std::shared_ptr<const Part> part_;
  std::set<std::string> asked_;
};

}  // namespace annulet
