#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "report/text.hpp"

namespace annulet::report {

/// Canonical JSON, written in the order of the calls: two spaces a level, one member a line, fixed decimals,
/// UTF-8, a newline at the end. The same calls give the same bytes on every machine, which a document model
/// that chooses the shortest digits and its own order would not promise.
class JsonText {
 public:
  JsonText& begin_object() { return open('{'); }
  JsonText& end_object() { return close('}'); }
  JsonText& begin_array() { return open('['); }
  JsonText& end_array() { return close(']'); }
  JsonText& key(std::string_view name);

  JsonText& text(std::string_view value);
  /// null where the text is empty.
  JsonText& text_or_null(std::string_view value) { return value.empty() ? null() : text(value); }
  JsonText& number(double value, int decimals);
  JsonText& scaled_number(std::int64_t value, int decimals);
  JsonText& count(std::uint64_t value);
  JsonText& integer(std::int64_t value);
  JsonText& boolean(bool value);
  JsonText& null();

  /// The document; everything opened must be closed.
  std::string take();

 private:
  JsonText& open(char bracket);
  JsonText& close(char bracket);
  void start_value();
  void new_line();

  std::string out_;
  int depth_ = 0;
  bool first_ = true;  // nothing stands yet in the innermost object or array
  bool after_key_ = false;
};

}  // namespace annulet::report
