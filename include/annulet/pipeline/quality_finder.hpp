#pragma once
#include <optional>

#include "annulet/base/error.hpp"
#include "annulet/model/quality.hpp"
#include "annulet/model/stain.hpp"
#include "annulet/model/tissue.hpp"
#include "annulet/model/verdict.hpp"
#include "annulet/pipeline/overview.hpp"

namespace annulet {

/// What of the tissue cannot be judged, as far as the overview shows it: ink, folds, bubbles and dust. A
/// place keeps the first flag that it gets. Integers; the overview and about four planes of bytes are held.
/// Blur needs finer pixels: sharpness.hpp. docs/science/quality.md has the physics, the cuts and what they
/// were measured on.
void find_artefacts(const Overview& overview, const StainModel& stain, TissueMask& tissue, QcMap& quality);

/// Ink of a pen absorbs over a whole stroke, cells or none, and its hue is no mixture of the stains. What
/// lies below ink is tissue where the nearest place without ink is, and so becomes or ceases to be a part of
/// `tissue`. `stain` gives white and vectors.
void find_ink(const Overview& overview, const StainModel& stain, TissueMask& tissue, QcMap& quality);

/// Dust is dark and without colour; a bubble's rim is too, and encloses a round area.
void find_bubbles_and_dust(const Overview& overview, const Rgb& white, const TissueMask& tissue,
                           QcMap& quality);

/// What share of the tissue faults of the slide keep out of the count, and blur alone; 0-100.
struct FaultyShare {
  double percent = 0, blurred_percent = 0;
};
FaultyShare faulty_share(const TissueMask& tissue, const QcMap& quality);

/// Why a slide of which so much is at fault gets no score; nothing where enough is left.
std::optional<Remark> too_much_excluded(const TissueMask& tissue, const QcMap& quality);
/// The caveat of a slide of which much is at fault, but not too much.
std::optional<Remark> much_excluded(const TissueMask& tissue, const QcMap& quality);

inline constexpr double kMostFaultyPercent = 60;   ///< more: too-much-excluded (contract 2)
inline constexpr double kMuchFaultyPercent = 30;   ///< from here a caveat
inline constexpr double kMostBlurredPercent = 60;  ///< of the tissue: the slide is out of focus

}  // namespace annulet
