#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

/// As much of JSON Schema 2020-12 as models/schema uses: type, const, enum, required, properties,
/// additionalProperties, items, minimum, maximum, $ref into #/$defs. A keyword it does not know is itself an
/// error, so that no rule of a schema is passed over in silence.
namespace annulet::test {

using Json = nlohmann::json;

class SchemaCheck {
 public:
  explicit SchemaCheck(const Json& schema) : root_(schema) {}
  /// What is wrong with the document, one line each; empty where it is valid.
  std::vector<std::string> operator()(const Json& document) {
    errors_.clear();
    check(root_, document, "$");
    return errors_;
  }

 private:
  static bool is_type(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_boolean();
    return type == "null" && value.is_null();
  }
  void fail(const std::string& where, const std::string& why) { errors_.push_back(where + ": " + why); }

  void check(const Json& schema, const Json& value, const std::string& where) {
    if (schema.contains("$ref")) {
      check(root_.at(Json::json_pointer(schema["$ref"].get<std::string>().substr(1))), value, where);
      return;
    }
    for (const auto& [keyword, rule] : schema.items()) apply(keyword, rule, schema, value, where);
  }

  void apply(const std::string& keyword, const Json& rule, const Json& schema, const Json& value,
             const std::string& where) {
    if (keyword == "type") {
      bool fits = false;
      for (const Json& type : rule.is_array() ? rule : Json::array({rule}))
        fits = fits || is_type(value, type.get<std::string>());
      if (!fits) fail(where, "is no " + rule.dump());
    } else if (keyword == "const") {
      if (value != rule) fail(where, "is not " + rule.dump());
    } else if (keyword == "enum") {
      if (std::find(rule.begin(), rule.end(), value) == rule.end())
        fail(where, value.dump() + " is not one of " + rule.dump());
    } else if (keyword == "minimum") {
      if (value.is_number() && value.get<double>() < rule.get<double>())
        fail(where, "is below " + rule.dump());
    } else if (keyword == "maximum") {
      if (value.is_number() && value.get<double>() > rule.get<double>())
        fail(where, "is above " + rule.dump());
    } else if (keyword == "required") {
      for (const Json& name : rule) {
        if (value.is_object() && !value.contains(name.get<std::string>()))
          fail(where, "lacks " + name.dump());
      }
    } else if (keyword == "properties") {
      for (const auto& [name, part] : rule.items()) {
        if (value.is_object() && value.contains(name)) check(part, value[name], where + "." + name);
      }
    } else if (keyword == "additionalProperties") {
      check_additional(rule, schema, value, where);
    } else if (keyword == "items") {
      for (std::size_t i = 0; value.is_array() && i < value.size(); ++i)
        check(rule, value[i], where + "[" + std::to_string(i) + "]");
    } else if (keyword != "$schema" && keyword != "$id" && keyword != "title" && keyword != "$defs") {
      fail(where, "the schema uses " + keyword + ", which this check does not know");
    }
  }

  void check_additional(const Json& rule, const Json& schema, const Json& value, const std::string& where) {
    if (!value.is_object()) return;
    for (const auto& [name, part] : value.items()) {
      if (schema.contains("properties") && schema["properties"].contains(name)) continue;
      if (rule.is_boolean() && !rule.get<bool>())
        fail(where, "has " + name + ", which the schema does not name");
      if (rule.is_object()) check(rule, part, where + "." + name);
    }
  }

  const Json& root_;
  std::vector<std::string> errors_;
};

}  // namespace annulet::test
