#pragma once
#include <array>
#include <cstdint>

#include "annulet/model/cell_row.hpp"

namespace annulet::report {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};

/// How a pattern looks in every picture of the report. The colours are told apart with any of the common
/// kinds of colour blindness (after Okabe and Ito 2008, with a magenta that stands out on brown), and the
/// line says the same once more: thick for a complete ring, thin for an incomplete one.
struct PatternStyle {
  Colour colour;
  int line = 1;  ///< px at 0.25 um/px
  bool dashed = false;
  const char* words;       ///< for a legend
  const char* class_name;  ///< for a style sheet
};

/// By Pattern.
inline constexpr std::array<PatternStyle, kPatterns> kPatternStyles = {{
    {{255, 255, 255}, 2, true, "Not measurable", "unmeasurable"},
    {{86, 180, 233}, 2, false, "No staining", "none"},
    {{0, 200, 140}, 2, false, "Faint, incomplete", "faint"},
    {{250, 228, 40}, 2, false, "Moderate to strong, incomplete", "incomplete"},
    {{255, 150, 0}, 3, false, "Weak to moderate, complete", "complete"},
    {{230, 0, 126}, 3, false, "Intense, complete", "intense"},
}};
inline constexpr Colour kOtherKinds{150, 150, 160};

inline const PatternStyle& style_of(Pattern pattern) {
  return kPatternStyles[static_cast<std::size_t>(pattern)];
}

}  // namespace annulet::report
