#pragma once
#include <array>
#include <cstdint>
#include <string>

namespace annulet {

using Rgb = std::array<int, 3>;

/// Unit OD vectors (R, G, B) of the two stains; the residual is their cross product.
struct StainVectors {
  std::array<double, 3> haematoxylin{0.650, 0.704, 0.286};
  std::array<double, 3> dab{0.268, 0.570, 0.776};
};

enum class StainOrigin { Preset, Fitted };
enum class WhiteOrigin { Measured, Default };

/// Colours of this scan: what light that met no tissue looks like, and what each stain absorbs.
struct StainModel {
  std::string id;      ///< preset's id, or "fit"
  std::string digest;  ///< SHA-256 of the preset file
  StainVectors vectors;
  StainOrigin origin = StainOrigin::Preset;
  Rgb white{255, 255, 255};
  WhiteOrigin white_origin = WhiteOrigin::Default;
  double fit_angle_degrees =
      0;  ///< largest angle between fitted and preset vector; 0 where nothing was fitted
  int lost_detail_percent = 0;  ///< of a wall's prominence, by colour coarser than light: 0 to 20; measured
                                ///< on coarse scans only
};

}  // namespace annulet
