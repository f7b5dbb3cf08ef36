#pragma once
#include <array>
#include <cstdint>

#include "annulet/base/plane.hpp"
#include "annulet/model/stain.hpp"

namespace annulet {

/// Colour deconvolution (Ruifrok and Johnston 2001) of 8-bit RGB into amounts of haematoxylin and DAB along
/// their unit OD vectors, in fixed point: the same integers on every CPU. Amounts are 8-bit, 1/100 OD,
/// rounded to nearest and clipped to 0 .. 255. Const and safe from many threads. About 0.6 ns a pixel.
/// docs/science/colour.md.
class Unmixer {
 public:
  /// Per channel and byte, the share of that channel's OD in both amounts: haematoxylin in the low and DAB in
  /// the high 32 bits, 1/65536 of 1/100 OD, so that three look-ups and two additions give both.
  using Table = std::array<std::array<std::uint64_t, 256>, 3>;

  /// Throws Error Usage for parallel vectors; white is 1 .. 255 in every channel.
  explicit Unmixer(const StainModel& model);

  struct Amounts {
    std::uint8_t haematoxylin, dab;
  };
  Amounts operator()(int r, int g, int b) const;

  /// `covered` may be null; where it is 0 both amounts are 0. Planes take the size of the image.
  void operator()(const RgbImage& image, const Plane<std::uint8_t>* covered,
                  Plane<std::uint8_t>& haematoxylin, Plane<std::uint8_t>& dab) const;
  /// The same into planes that are larger than the image: its top left goes to (x0, y0).
  void operator()(const RgbImage& image, const Plane<std::uint8_t>* covered, int x0, int y0,
                  Plane<std::uint8_t>& haematoxylin, Plane<std::uint8_t>& dab) const;

 private:
  Table table_{};
};

/// The colour that the two amounts (1/100 OD, >= 0) paint on this scan's white: the inverse of Unmixer within
/// 1/100 OD plus the rounding of the byte. Channels darker than a byte can hold stop at 1.
Rgb paint(const StainModel& model, int haematoxylin, int dab);

/// Inverse of the matrix whose rows are the stains' unit vectors and their cross product; row i, column j is
/// the amount of stain j in channel i's OD, after the vectors are brought to length 1. Throws Error Usage for
/// parallel vectors (less than 3 degrees apart) and for a vector of no length.
std::array<std::array<double, 3>, 3> unmixing_matrix(const StainVectors& vectors);

}  // namespace annulet
