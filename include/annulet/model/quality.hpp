#pragma once
#include <array>
#include <cstdint>

#include "annulet/base/plane.hpp"
#include "annulet/model/tissue.hpp"

namespace annulet {

/// Why a part of the tissue is kept out of the patient's count.
enum class QcFlag : std::uint8_t { None, Blur, Pen, Fold, Bubble, Dust, Crushed, Necrosis, Control, Region };
inline constexpr std::size_t kQcFlags = 10;
const char* name(QcFlag flag);  ///< "blur", ...

/// True for what the slide's quality costs; a control and what the user left out are no faults of the slide.
inline bool is_fault(QcFlag flag) {
  return flag != QcFlag::None && flag != QcFlag::Control && flag != QcFlag::Region;
}

/// Which pixels of a TissueMask are kept out, and why: parallel to its plane, None off the tissue.
struct QcMap {
  double pitch_um = 0;
  Plane<std::uint8_t> flag;  ///< QcFlag

  QcMap() = default;
  /// Nothing of `tissue` kept out.
  explicit QcMap(const TissueMask& tissue)
      : pitch_um(tissue.pitch_um), flag(tissue.piece.width(), tissue.piece.height()) {}

  /// Area of each flag, mm2.
  std::array<double, kQcFlags> areas_mm2() const;
};

/// What is left of the tissue to be counted; pieces that are gone altogether keep their number.
TissueMask counted_tissue(const TissueMask& tissue, const QcMap& quality);

}  // namespace annulet
