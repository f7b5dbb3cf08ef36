#include "annulet/model/toml_table.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <sstream>

#include "annulet/base/error.hpp"

namespace annulet {
namespace {

// Of a number of a pair: far beyond any unit of a model, and products of two stay in 64 bits.
constexpr std::int64_t kLargestOfPair = 1'000'000;

[[noreturn]] void fail(const std::string& origin, const toml::source_region& where, const std::string& why) {
  throw Error(Code::Usage, origin + ":" + std::to_string(where.begin.line) + ":" +
                               std::to_string(where.begin.column) + ": " + why);
}

const toml::node* find(const toml::table& table, const std::string& key) {
  if (const toml::node* found = table.get(key)) return found;
  const std::size_t dot = key.find('.');
  if (dot == std::string::npos) return nullptr;
  const auto* section = table.get_as<toml::table>(key.substr(0, dot));
  return section == nullptr ? nullptr : find(*section, key.substr(dot + 1));
}

std::shared_ptr<const toml::table> parsed(const std::string& text, const std::string& origin) {
  try {
    return std::make_shared<const toml::table>(toml::parse(text));
  } catch (const toml::parse_error& error) {
    fail(origin, error.source(), std::string(error.description()));
  }
}

}  // namespace

struct TomlTable::Part {
  std::shared_ptr<const toml::table> table;  ///< keeps the whole file's
  std::string origin, path;                  ///< path: of this table, empty for the whole file

  std::string name_of(const std::string& key) const { return path.empty() ? key : path + "." + key; }
  [[noreturn]] void reject(const toml::node& node, const std::string& key, const std::string& why) const {
    fail(origin, node.source(), "'" + name_of(key) + "' " + why);
  }
  const toml::node& node(const std::string& key) const {
    const toml::node* found = find(*table, key);
    if (found == nullptr) reject(*table, key, "is missing");
    return *found;
  }
  TomlTable inside(const toml::table& inner, const std::string& name) const {
    const std::shared_ptr<const toml::table> shared(table, &inner);
    return TomlTable(std::make_shared<const Part>(Part{shared, origin, name_of(name)}));
  }
  void check(const toml::table& part, const std::string& prefix, const std::set<std::string>& asked) const {
    for (const auto& [key, value] : part) {
      const std::string full = prefix + std::string(key.str());
      if (asked.contains(full)) continue;
      const toml::table* section = value.as_table();
      if (section == nullptr || section->empty())
        fail(origin, key.source(), "unknown key '" + name_of(full) + "'");
      check(*section, full + ".", asked);
    }
  }
};

TomlTable::TomlTable(const ModelFile& file) {
  const std::string origin = file.origin == "built-in" ? file.id + ".toml (built-in)" : file.origin;
  part_ = std::make_shared<const Part>(Part{parsed(file.text, origin), origin, ""});
}

TomlTable::TomlTable(std::shared_ptr<const Part> part) : part_(std::move(part)) {}

bool TomlTable::has(const std::string& key) const {
  return find(*part_->table, key) != nullptr;
}

std::vector<std::string> TomlTable::keys() const {
  std::vector<std::string> list;
  for (const auto& [key, value] : *part_->table) list.emplace_back(key.str());
  return list;
}

std::string TomlTable::text(const std::string& key) {
  asked_.insert(key);
  const toml::value<std::string>* value = part_->node(key).as_string();
  if (value == nullptr || value->get().empty()) reject(key, "must be a text");
  return value->get();
}

std::string TomlTable::text_or_empty(const std::string& key) {
  return has(key) ? text(key) : std::string();
}

std::vector<std::string> TomlTable::texts(const std::string& key) {
  asked_.insert(key);
  const toml::node& node = part_->node(key);
  if (node.is_string()) return {text(key)};
  const toml::array* array = node.as_array();
  if (array == nullptr || array->empty()) reject(key, "must be a text or a list of texts");
  std::vector<std::string> list;
  for (const toml::node& item : *array) {
    if (!item.is_string()) part_->reject(item, key, "must hold texts only");
    list.push_back(item.as_string()->get());
  }
  return list;
}

int TomlTable::integer(const std::string& key, int low, int high) {
  asked_.insert(key);
  const toml::value<std::int64_t>* value = part_->node(key).as_integer();
  if (value == nullptr || value->get() < low || value->get() > high)
    reject(key, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return static_cast<int>(value->get());
}

double TomlTable::number(const std::string& key, double low, double high, const std::string& unit) {
  asked_.insert(key);
  const toml::node& node = part_->node(key);
  const auto value = node.is_number() ? node.value<double>() : std::nullopt;
  if (!value || !(*value >= low && *value <= high)) {
    std::ostringstream why;
    why << "must be a number from " << low << " to " << high << (unit.empty() ? "" : " ") << unit;
    reject(key, why.str());
  }
  return *value;
}

bool TomlTable::flag(const std::string& key) {
  if (!has(key)) return false;
  asked_.insert(key);
  const toml::value<bool>* value = part_->node(key).as_boolean();
  if (value == nullptr) reject(key, "must be true or false");
  return value->get();
}

std::array<double, 3> TomlTable::vector3(const std::string& key) {
  asked_.insert(key);
  const toml::array* list = part_->node(key).as_array();
  if (list == nullptr || list->size() != 3) reject(key, "must be three numbers");
  std::array<double, 3> vector{};
  for (std::size_t i = 0; i < 3; ++i) {
    const toml::node& item = (*list)[i];
    if (!item.is_number()) part_->reject(item, key, "must be three numbers");
    vector[i] = *item.value<double>();
  }
  return vector;
}

std::vector<std::pair<int, int>> TomlTable::pairs(const std::string& key) {
  constexpr const char* kWanted = "must be a list of pairs of whole numbers";
  asked_.insert(key);
  const toml::array* list = part_->node(key).as_array();
  if (list == nullptr) reject(key, kWanted);
  std::vector<std::pair<int, int>> pairs;
  for (const toml::node& item : *list) {
    const toml::array* pair = item.as_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_integer() || !(*pair)[1].is_integer())
      part_->reject(item, key, kWanted);
    const std::int64_t from = (*pair)[0].as_integer()->get(), to = (*pair)[1].as_integer()->get();
    if (std::min(from, to) < -kLargestOfPair || std::max(from, to) > kLargestOfPair)
      part_->reject(item, key, "is too large");
    pairs.emplace_back(static_cast<int>(from), static_cast<int>(to));
  }
  return pairs;
}

TomlTable TomlTable::table(const std::string& key) {
  asked_.insert(key);
  const toml::table* inner = part_->node(key).as_table();
  if (inner == nullptr) reject(key, "must be a table");
  return part_->inside(*inner, key);
}

std::vector<TomlTable> TomlTable::tables(const std::string& key) {
  std::vector<TomlTable> list;
  if (!has(key)) return list;
  asked_.insert(key);
  const toml::array* array = part_->node(key).as_array();
  if (array == nullptr) reject(key, "must be a list of tables");
  for (const toml::node& item : *array) {
    if (!item.is_table()) part_->reject(item, key, "must hold tables only");
    list.push_back(part_->inside(*item.as_table(), key + "[" + std::to_string(list.size()) + "]"));
  }
  return list;
}

void TomlTable::no_other_keys() const {
  part_->check(*part_->table, "", asked_);
}

void TomlTable::reject(const std::string& key, const std::string& why) const {
  const toml::node* found = find(*part_->table, key);
  part_->reject(found != nullptr ? *found : *part_->table, key, why);
}

}  // namespace annulet
