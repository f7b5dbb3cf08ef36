#pragma once
#include <optional>

#include "annulet/base/error.hpp"
#include "annulet/model/stain.hpp"
#include "annulet/model/tissue.hpp"
#include "annulet/model/verdict.hpp"
#include "annulet/pipeline/overview.hpp"

namespace annulet {

/// Colour statistics of the tissue on the overview that decide whether this is haematoxylin and DAB at all.
struct ScopeStatistics {
  double dark_share = 0;  ///< of all pixels: nearly black
  double pink_share =
      0;  ///< of tissue: green absorbs over 1.4 times what red and blue do (eosin, red chromogens)
  double blue_share = 0;        ///< of tissue: red absorbs over 1.15 times what blue does (haematoxylin)
  double haematoxylin_p95 = 0;  ///< OD
  double dab_p999 = 0;          ///< OD: the slide's strongest brown
  double tissue_mm2 = 0;
};

ScopeStatistics scope_statistics(const Overview& overview, const StainModel& stain, const TissueMask& tissue);

/// The reason why this slide is out of scope, if it is. The cuts and the images that they were measured on:
/// docs/science/survey.md.
std::optional<Remark> out_of_scope(const ScopeStatistics& statistics, bool fluorescence_in_header);

/// No brown anywhere: a true null, or an assay that did not work.
bool no_dab_anywhere(const ScopeStatistics& statistics);

}  // namespace annulet
