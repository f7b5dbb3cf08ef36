#pragma once
#include <array>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "annulet/model/model_file.hpp"

namespace annulet {

/// Reads a model file strictly: every key must be of the named type, be there, and be asked for.
/// All functions throw Error Usage naming the file, the key, line and column. One thread.
class TomlTable {
 public:
  explicit TomlTable(const ModelFile& file);
  ~TomlTable();
  TomlTable(const TomlTable&) = delete;
  TomlTable& operator=(const TomlTable&) = delete;

  /// Keys of sections are written with a dot: "cuts.visible_od".
  std::string text(const std::string& key);
  int integer(const std::string& key, int low, int high);
  std::array<double, 3> vector3(const std::string& key);
  /// [[0, 0], [1000, 1000]]
  std::vector<std::pair<int, int>> pairs(const std::string& key);
  /// Throws for the first key that nobody asked for.
  void no_other_keys() const;
  /// Throws Error Usage that points at `key`.
  [[noreturn]] void reject(const std::string& key, const std::string& why) const;

 private:
  struct Document;
  std::unique_ptr<Document> document_;
  std::set<std::string> asked_;
};

}  // namespace annulet
