#pragma once
#include <vector>

#include "annulet/base/plane.hpp"

namespace annulet::bench {

/// How a bench slide is stored.
struct SlideForm {
  int side = 40'960;  ///< px, a multiple of kStripRows
  double um_per_px = 0.25;
  int quality = 80;          ///< JPEG 1..100
  int across = 2, down = 2;  ///< px of colour's samples: 2 2 is 4:2:0, 2 1 is 4:2:2, 1 1 is 4:4:4
};

constexpr int kStripRows = 256;

/// Takes a square slide in strips of kStripRows rows, top to bottom, and hands every level of its pyramid (by
/// 2, means of 2 x 2 bytes, down to one of at most kStripRows) on to a file format in such strips; the last
/// of a level may be lower. Holds one strip a level.
class StripPyramid {
 public:
  virtual ~StripPyramid() = default;
  StripPyramid(const StripPyramid&) = delete;
  StripPyramid& operator=(const StripPyramid&) = delete;

  /// The next kStripRows rows of the slide. Throws Error Output.
  void add(const RgbImage& strip);
  /// Makes the slide appear under its name. Throws Error Output.
  virtual void finish() = 0;

 protected:
  explicit StripPyramid(const SlideForm& form);
  /// The next `rows` rows of a level.
  virtual void write(std::size_t level, const RgbImage& strip, int rows) = 0;
  /// Writes what the strips still hold.
  void drain();
  std::size_t level_count() const { return levels_.size(); }
  int side(std::size_t level) const { return form_.side >> level; }

  const SlideForm form_;

 private:
  struct Level {
    RgbImage strip;
    int filled = 0, written = 0;  ///< rows of the strip that hold pixels; rows of the level handed on
  };
  void hand_on(std::size_t level, const RgbImage& strip, int rows);

  std::vector<Level> levels_;
};

}  // namespace annulet::bench
