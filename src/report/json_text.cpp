#include "report/json_text.hpp"

#include <array>

#include "annulet/base/error.hpp"

namespace annulet::report {
namespace {

void append_quoted(std::string& out, std::string_view value) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : valid_utf8(value)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

void JsonText::new_line() {
  out_ += '\n';
  out_.append(static_cast<std::size_t>(2 * depth_), ' ');
}

void JsonText::start_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (depth_ == 0) return;
  if (!first_) out_ += ',';
  new_line();
  first_ = false;
}

JsonText& JsonText::open(char bracket) {
  start_value();
  out_ += bracket;
  ++depth_;
  first_ = true;
  return *this;
}

JsonText& JsonText::close(char bracket) {
  --depth_;
  if (!first_) new_line();
  out_ += bracket;
  first_ = false;
  return *this;
}

JsonText& JsonText::key(std::string_view name) {
  start_value();
  append_quoted(out_, name);
  out_ += ": ";
  after_key_ = true;
  return *this;
}

JsonText& JsonText::text(std::string_view value) {
  start_value();
  append_quoted(out_, value);
  return *this;
}

JsonText& JsonText::number(double value, int decimals) {
  start_value();
  append_fixed(out_, value, decimals);
  return *this;
}

JsonText& JsonText::scaled_number(std::int64_t value, int decimals) {
  start_value();
  append_scaled(out_, value, decimals);
  return *this;
}

JsonText& JsonText::count(std::uint64_t value) {
  start_value();
  append_unsigned(out_, value);
  return *this;
}

JsonText& JsonText::integer(std::int64_t value) {
  start_value();
  append_integer(out_, value);
  return *this;
}

JsonText& JsonText::boolean(bool value) {
  start_value();
  out_ += value ? "true" : "false";
  return *this;
}

JsonText& JsonText::null() {
  start_value();
  out_ += "null";
  return *this;
}

std::string JsonText::take() {
  expects(depth_ == 0 && !after_key_, "every object and array of a JSON text is closed");
  out_ += '\n';
  return std::move(out_);
}

}  // namespace annulet::report
