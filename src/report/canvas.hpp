#pragma once
#include <string>
#include <utility>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"
#include "report/palette.hpp"

namespace annulet::report {

struct CanvasFrame;  ///< pixels of the picture drawn on
using Spot = Point<CanvasFrame, double>;
using Box = Rect<CanvasFrame, int>;

/// Drawing on an RgbImage, clipped to it. 8-bit and integer operations only: the same pixels on every CPU.
class Canvas {
 public:
  explicit Canvas(RgbImage& image) : image_(image) {}

  void fill(const Box& box, Colour colour);
  /// opacity 0 .. 256
  void tint(const Box& box, Colour colour, int opacity);
  void frame(const Box& box, Colour colour, int line);
  /// Closed polygon, anti-aliased. A dashed one lies on a dark line, so that white is seen on any ground.
  void ring(const std::vector<Spot>& spots, Colour colour, int line, bool dashed);
  /// Text whose capitals are `height` px high, its top left at (x, y). ASCII; what is not is replaced.
  void text(int x, int y, const std::string& words, int height, Colour colour);
  static int text_width(const std::string& words, int height);
  void paste(const RgbImage& picture, int x, int y);
  /// A bar of a round length (at most `longest` px) with its length above, its lower left end at (x, y).
  void scale_bar(int x, int y, double um_a_px, int longest);

 private:
  RgbImage& image_;
};

/// A round length (1, 2 or 5 times a power of ten) of at most `longest_um`.
double round_length_um(double longest_um);
/// "200 um", "5 mm"
std::string length_words(double um, const char* micrometre);

/// Halfway (fade = 128) to white (256): what lies under a map should not compete with it.
RgbImage faded(const RgbImage& picture, int fade);
/// Every pixel repeated smoothly `times` times.
RgbImage enlarged(const RgbImage& picture, int times);

}  // namespace annulet::report
