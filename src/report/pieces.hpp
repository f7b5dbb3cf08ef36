#pragma once
#include <string>
#include <utility>

#include "annulet/report/writers.hpp"

namespace annulet::report {

/// Collects the rows of a table and hands them on in pieces. `flush` ends the last one.
class Pieces {
 public:
  explicit Pieces(const Append& out) : out_(out) { text_.reserve(kTablePiece + kLargestRow); }
  /// To append a row to; then `end_row`.
  std::string& text() { return text_; }
  void end_row() {
    if (text_.size() >= kTablePiece) flush();
  }
  void flush() {
    if (!text_.empty()) out_(text_);
    text_.clear();
  }

 private:
  static constexpr std::size_t kLargestRow = 4096;  // of what is written; a larger one costs a reallocation
  const Append& out_;
  std::string text_;
};

/// The pieces that `write` hands on, as one text.
template <class Write>
std::string whole_text(Write&& write) {
  std::string text;
  write([&](std::string_view piece) { text += piece; });
  return text;
}

}  // namespace annulet::report
