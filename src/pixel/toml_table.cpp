#include "annulet/pixel/toml_table.hpp"

#include <toml++/toml.h>

#include <sstream>

#include "annulet/base/error.hpp"

namespace annulet {
namespace {

std::string place(const toml::source_region& region) {
  std::ostringstream text;
  text << "line " << region.begin.line << ", column " << region.begin.column;
  return text.str();
}

}  // namespace

struct TomlTable::Document {
  std::string name;
  toml::table table;

  [[noreturn]] void fail(const toml::source_region& region, const std::string& why) const {
    throw Error(Code::Usage, name + ", " + place(region) + ": " + why);
  }
  const toml::node& find(const std::string& key) const {
    const toml::node_view<const toml::node> view = table.at_path(key);
    if (!view) throw Error(Code::Usage, name + ": the key '" + key + "' is missing");
    return *view.node();
  }
  void check(const toml::table& part, const std::string& prefix, const std::set<std::string>& asked) const {
    for (const auto& [key, node] : part) {
      const std::string full = prefix + std::string(key.str());
      if (asked.count(full) != 0) continue;
      const toml::table* section = node.as_table();
      if (section == nullptr) fail(key.source(), "unknown key '" + full + "'");
      check(*section, full + ".", asked);
    }
  }
};

TomlTable::TomlTable(const ModelFile& file) : document_(std::make_unique<Document>()) {
  document_->name = file.kind + " " + (file.origin == "built-in" ? file.id : file.origin);
  try {
    document_->table = toml::parse(file.text);
  } catch (const toml::parse_error& error) {
    document_->fail(error.source(), std::string(error.description()));
  }
}

TomlTable::~TomlTable() = default;

std::string TomlTable::text(const std::string& key) {
  asked_.insert(key);
  const toml::node& node = document_->find(key);
  if (!node.is_string()) document_->fail(node.source(), "'" + key + "' is to be a text in quotes");
  return node.as_string()->get();
}

int TomlTable::integer(const std::string& key, int low, int high) {
  asked_.insert(key);
  const toml::node& node = document_->find(key);
  const std::string range = std::to_string(low) + " .. " + std::to_string(high);
  if (!node.is_integer()) document_->fail(node.source(), "'" + key + "' is to be a whole number, " + range);
  const std::int64_t value = node.as_integer()->get();
  if (value < low || value > high) document_->fail(node.source(), "'" + key + "' is to be within " + range);
  return static_cast<int>(value);
}

std::array<double, 3> TomlTable::vector3(const std::string& key) {
  asked_.insert(key);
  const toml::node& node = document_->find(key);
  const toml::array* list = node.as_array();
  if (list == nullptr || list->size() != 3)
    document_->fail(node.source(), "'" + key + "' is to be three numbers");
  std::array<double, 3> vector{};
  for (std::size_t i = 0; i < 3; ++i) {
    const toml::node& item = (*list)[i];
    if (!item.is_number()) document_->fail(item.source(), "'" + key + "' is to be three numbers");
    vector[i] = *item.value<double>();
  }
  return vector;
}

std::vector<std::pair<int, int>> TomlTable::pairs(const std::string& key) {
  asked_.insert(key);
  const toml::node& node = document_->find(key);
  const toml::array* list = node.as_array();
  if (list == nullptr)
    document_->fail(node.source(), "'" + key + "' is to be a list of pairs of whole numbers");
  std::vector<std::pair<int, int>> pairs;
  for (const toml::node& item : *list) {
    const toml::array* pair = item.as_array();
    if (pair == nullptr || pair->size() != 2 || !(*pair)[0].is_integer() || !(*pair)[1].is_integer()) {
      document_->fail(item.source(), "'" + key + "' is to be a list of pairs of whole numbers");
    }
    const std::int64_t from = (*pair)[0].as_integer()->get(), to = (*pair)[1].as_integer()->get();
    constexpr std::int64_t kLargest = 1'000'000;  // far beyond any unit of a model; keeps products in 64 bits
    if (std::max(std::abs(from), std::abs(to)) > kLargest)
      document_->fail(item.source(), "'" + key + "' is too large");
    pairs.emplace_back(static_cast<int>(from), static_cast<int>(to));
  }
  return pairs;
}

void TomlTable::no_other_keys() const {
  document_->check(document_->table, "", asked_);
}

void TomlTable::reject(const std::string& key, const std::string& why) const {
  document_->fail(document_->find(key).source(), "'" + key + "' " + why);
}

}  // namespace annulet
