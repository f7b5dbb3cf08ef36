#pragma once
#include <span>
#include <string>
#include <string_view>

namespace annulet::cohort {

/// The word that was probably meant: of the fewest letters typed wrong (insertions, deletions, changes; case
/// does not count), the first of equals; empty where more than a third of the letters are wrong.
std::string_view nearest_word(std::string_view typed, std::span<const std::string_view> words);

}  // namespace annulet::cohort
