#pragma once
#include <filesystem>
#include <optional>

#include "annulet/model/result.hpp"

namespace annulet {

/// What a place of the slide is to the count.
struct Ground {
  bool tissue = false;
  QcFlag kept_out = QcFlag::None;  ///< why it is not counted
  friend bool operator==(const Ground&, const Ground&) = default;
};

/// tissue.png: glass white, counted tissue grey, what is kept out in a colour for each reason, over the whole
/// slide; at most some four million pixels, each that of its middle. Empty where no tissue was looked for.
RgbImage draw_tissue_map(const SlideResult& result);

/// A tissue.png read back.
class TissueMap {
 public:
  /// Nothing where the folder has none. Throws Error Corrupt and what open_slide throws.
  static std::optional<TissueMap> read(const std::filesystem::path& folder);
  /// x, y: 0 .. 1 over the width and the height of the slide. Glass outside, and where the colour means
  /// nothing.
  Ground at(double x, double y) const;
  /// Where tissue is, for a slide of this size: what was found while scoring, of large slides every other
  /// square; all of it one piece.
  TissueMask mask(double width_um, double height_um) const;

 private:
  RgbImage image_;
};

}  // namespace annulet
