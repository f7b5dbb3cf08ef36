#include "toml_table.hpp"

#include "annulet/base/error.hpp"

namespace annulet::guideline {

void TomlTable::fail_at(const toml::source_region& where, const std::string& what) const {
  throw Error(Code::Usage, origin_ + ":" + std::to_string(where.begin.line) + ":" +
                               std::to_string(where.begin.column) + ": " + what);
}

void TomlTable::fail(const std::string& key, const std::string& why) const {
  const toml::node* found = table_->get(key);
  fail_at(found != nullptr ? found->source() : table_->source(), "'" + name_of(key) + "' " + why);
}

const toml::node& TomlTable::node(const std::string& key) {
  asked_.insert(key);
  const toml::node* found = table_->get(key);
  if (found == nullptr) fail(key, "is missing");
  return *found;
}

std::string TomlTable::text(const std::string& key) {
  const toml::value<std::string>* value = node(key).as_string();
  if (value == nullptr || value->get().empty()) fail(key, "must be a text");
  return value->get();
}

std::string TomlTable::text_or_empty(const std::string& key) {
  return has(key) ? text(key) : std::string();
}

std::int64_t TomlTable::integer(const std::string& key, std::int64_t low, std::int64_t high) {
  const toml::value<std::int64_t>* value = node(key).as_integer();
  if (value == nullptr || value->get() < low || value->get() > high) {
    fail(key, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return value->get();
}

bool TomlTable::flag(const std::string& key) {
  if (!has(key)) return false;
  const toml::value<bool>* value = node(key).as_boolean();
  if (value == nullptr) fail(key, "must be true or false");
  return value->get();
}

std::vector<std::string> TomlTable::texts(const std::string& key) {
  const toml::node& found = node(key);
  if (found.is_string()) return {text(key)};
  std::vector<std::string> list;
  const toml::array* array = found.as_array();
  if (array == nullptr || array->empty()) fail(key, "must be a text or a list of texts");
  for (const toml::node& item : *array) {
    if (!item.is_string()) fail_at(item.source(), "'" + name_of(key) + "' must hold texts only");
    list.push_back(item.as_string()->get());
  }
  return list;
}

TomlTable TomlTable::table(const std::string& key) {
  const toml::table* inner = node(key).as_table();
  if (inner == nullptr) fail(key, "must be a table");
  return {*inner, origin_, name_of(key)};
}

std::vector<TomlTable> TomlTable::tables(const std::string& key) {
  std::vector<TomlTable> list;
  if (!has(key)) return list;
  const toml::array* array = node(key).as_array();
  if (array == nullptr) fail(key, "must be a list of tables");
  for (const toml::node& item : *array) {
    if (!item.is_table()) fail_at(item.source(), "'" + name_of(key) + "' must hold tables only");
    list.emplace_back(*item.as_table(), origin_, name_of(key) + "[" + std::to_string(list.size()) + "]");
  }
  return list;
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> list;
  for (const auto& [key, value] : *table_) list.emplace_back(key.str());
  return list;
}

void TomlTable::finish() const {
  for (const auto& [key, value] : *table_) {
    const std::string known(key.str());
    if (!asked_.contains(known)) fail_at(key.source(), "unknown key '" + name_of(known) + "'");
  }
}

}  // namespace annulet::guideline
