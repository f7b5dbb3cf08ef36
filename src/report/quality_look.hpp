#pragma once
#include <string>
#include <vector>

#include "annulet/model/result.hpp"
#include "report/canvas.hpp"

namespace annulet::report {

/// How what is kept out of the count looks in every picture, and what the legend calls it.
struct FlagStyle {
  Colour colour;
  const char* words;
};
const FlagStyle& style_of(QcFlag flag);

/// The flags that the slide bears, in their order.
std::vector<QcFlag> flags_of(const SlideResult& result);

/// "Pen, 12 % of tissue"
std::string flag_words(const SlideResult& result, QcFlag flag);

/// Hatches what is kept out of the count in a picture whose top left lies at (x_um, y_um).
void hatch_excluded(RgbImage& picture, const SlideResult& result, double x_um, double y_um, double um_a_px);

/// The same of a small box of the legend.
void hatch_box(RgbImage& picture, const Box& box, QcFlag flag);

}  // namespace annulet::report
