#pragma once
#include <string>
#include <string_view>

namespace annulet {

/// Words in their order, with `between` between two of them.
template <class Words>
std::string joined(const Words& words, std::string_view between) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += between;
    text += word;
  }
  return text;
}

}  // namespace annulet
