#pragma once
#include <cstdint>
#include <string>

#include "rules.hpp"

namespace annulet::guideline {

/// "1,830"
std::string in_words(std::uint64_t count);
/// "11.585 %": rounded half up to three decimals, in integers.
std::string share_in_words(std::uint64_t k, std::uint64_t n);
/// One sentence without its full stop: why the row holds or not.
std::string why(const Row& row, std::uint64_t k, std::uint64_t n, bool held);
/// Replaces every {key} of a message of the guideline file.
std::string fill(std::string message, const std::string& key, const std::string& value);

}  // namespace annulet::guideline
