#pragma once
#include <array>
#include <cstdint>

#include "annulet/base/plane.hpp"
#include "annulet/model/stain.hpp"

namespace annulet {

/// Colour deconvolution (Ruifrok and Johnston 2001) of 8-bit RGB into amounts of haematoxylin and DAB along their
/// unit OD vectors, in fixed point: the same integers on every CPU. Amounts are 8-bit, 1/100 OD, clipped to 0 .. 255.
class Unmixer {
 public:
  explicit Unmixer(const StainModel& model);

  struct Amounts {
    std::uint8_t haematoxylin, dab;
  };
  Amounts operator()(int r, int g, int b) const;

  /// `covered` may be null; where it is 0 both amounts are 0. Planes take the size of the image.
  void operator()(const RgbImage& image, const Plane<std::uint8_t>* covered, Plane<std::uint8_t>& haematoxylin,
                  Plane<std::uint8_t>& dab) const;

 private:
  std::array<std::array<std::int32_t, 256>, 3> haematoxylin_{}, dab_{};  ///< premultiplied tables
};

/// The colour that the two amounts (1/100 OD) paint on this scan's white: the inverse of Unmixer within 1/100 OD
/// plus the rounding of the byte.
Rgb paint(const StainModel& model, int haematoxylin, int dab);

/// Inverse of the matrix whose rows are the stains' unit vectors and their cross product; row i, column j is the
/// amount of stain j in channel i's OD. Throws Error Usage for parallel vectors.
std::array<std::array<double, 3>, 3> unmixing_matrix(const StainVectors& vectors);

}  // namespace annulet
