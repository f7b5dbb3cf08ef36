#include "cohort/nearest_word.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace annulet::cohort {
namespace {

constexpr std::size_t kLongestWord = 64;  // letters; nothing longer is near to any word

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Levenshtein's distance.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (lower(a[i]) == lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, changed});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest_word(std::string_view typed, std::span<const std::string_view> words) {
  if (typed.size() > kLongestWord) return {};
  std::string_view nearest;
  std::size_t least = typed.size() / 3 + 1;
  for (const std::string_view word : words) {
    const std::size_t wrong = distance(typed, word);
    if (wrong >= least) continue;
    least = wrong;
    nearest = word;
  }
  return nearest;
}

}  // namespace annulet::cohort
