#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "annulet/base/digest.hpp"

namespace annulet::cohort {

/// Text in which no two lists of parts read alike.
class Parts {
 public:
  Parts& add(std::string_view part) {
    text_ += std::to_string(part.size());
    text_ += ':';
    text_ += part;
    return *this;
  }
  Parts& add(std::uint64_t number) { return add(std::to_string(number)); }
  std::string digest() const { return sha256_of(text_); }

 private:
  std::string text_;
};

}  // namespace annulet::cohort
