#pragma once
#include <cstdint>

#include "annulet/base/plane.hpp"
#include "annulet/model/stain.hpp"

namespace annulet {

/// Pitch from which walls are two pixels wide or less and DAB is sharpened by the luma, um per px.
inline constexpr double kCoarsePitchUm = 0.4;

/// How finely a picture carries colour: sums over 2 x 2 px of |a - b - c + d| on the luma and on blue less
/// luma. Sums of parts add up. Integers.
struct ChromaDetail {
  std::int64_t luma = 0, chroma = 0;
  /// Adds the pixels of `image`; where `covered` is given, only squares of four that it has.
  void add(const RgbImage& image, const Plane<std::uint8_t>* covered);
  /// What colour coarser than light takes from a wall, per cent of its prominence: 20 where colour has half
  /// the resolution (JPEG 4:2:0), 0 where it has all of it, between them in between; 0 for grey and for
  /// nothing seen.
  int lost_percent() const;
};

/// DAB of coarse pixels at the sharpness of the luma, which a JPEG keeps while it halves or blurs the colour:
/// the smoothed DAB times luma OD over smoothed luma OD (Brovey's ratio), at most what pure DAB explains.
/// 1/100 OD, 8 bit. One per worker: holds scratch. About 8 ns a pixel. docs/science/membrane.md, "Coarse
/// pixels".
class CoarseDab {
 public:
  CoarseDab(const StainModel& stain, double pitch_um);
  /// Planes take the size of `image`. `dab` is the unmixed plane. Pixels nearer than reach_px() to the border
  /// depend on it.
  void operator()(const RgbImage& image, const Plane<std::uint8_t>& dab, Plane<std::uint8_t>& sharp);
  static int reach_px(double pitch_um);

 private:
  double sigma_px_;
  Plane<std::uint8_t> light_, smooth_light_, smooth_dab_;
  std::uint8_t od_of_light_[256];
};

}  // namespace annulet
