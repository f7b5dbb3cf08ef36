#pragma once
// A strict view of a TOML table: every key is asked for once, and keys that nobody asked for are errors.
#include <toml++/toml.h>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace annulet::guideline {

class TomlTable {
 public:
  TomlTable(const toml::table& table, std::string origin, std::string path)
      : table_(&table), origin_(std::move(origin)), path_(std::move(path)) {}

  bool has(const std::string& key) const { return table_->contains(key); }
  std::string text(const std::string& key);           ///< not empty
  std::string text_or_empty(const std::string& key);  ///< empty where absent
  std::int64_t integer(const std::string& key, std::int64_t low, std::int64_t high);
  bool flag(const std::string& key);                       ///< false where absent
  std::vector<std::string> texts(const std::string& key);  ///< a text or a list of texts; not empty
  TomlTable table(const std::string& key);
  std::vector<TomlTable> tables(const std::string& key);  ///< empty where absent
  std::vector<std::string> keys() const;

  /// Error Usage with origin, line and column: at the key where it is there, else at the table.
  [[noreturn]] void fail(const std::string& key, const std::string& why) const;
  /// Every key was asked for.
  void finish() const;

 private:
  const toml::node& node(const std::string& key);
  [[noreturn]] void fail_at(const toml::source_region& where, const std::string& what) const;
  std::string name_of(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }

  const toml::table* table_;
  std::string origin_, path_;
  std::set<std::string> asked_;
};

}  // namespace annulet::guideline
