#pragma once
#include <vector>

#include "annulet/cell/nucleus.hpp"
#include "annulet/model/problem.hpp"
#include "annulet/model/quality.hpp"
#include "annulet/model/region.hpp"
#include "annulet/model/verdict.hpp"
#include "annulet/pipeline/options.hpp"
#include "annulet/pipeline/overview.hpp"
#include "annulet/pipeline/scope_gate.hpp"
#include "annulet/slide/slide_source.hpp"

namespace annulet {

/// Act 1: what is known of a slide before its cells are looked at. Immutable afterwards.
struct Survey {
  Pitch pitch;
  StainModel stain;
  Overview overview;
  TissueMask tissue;               ///< all of it
  QcMap quality;                   ///< what of it is kept out of the count
  TissueMask counted;              ///< what is left: only its cells are looked for
  std::vector<RegionUse> regions;  ///< what the user drew, placed on this slide
  ScopeStatistics statistics;
  NucleusOptions nuclei;
  double nucleus_contrast_od = 0;  ///< 90th percentile of nucleus-sized blobs on sampled tiles
  std::vector<Problem> problems;   ///< what could not be read of those; a scan meets it again
  std::vector<Remark> reasons;     ///< not empty: not evaluable, no scan
  std::vector<Remark> caveats;
};

/// `regions` as read_regions gave them. Throws what the source throws, and Error Usage for an unknown stain.
Survey survey_slide(const SlideSource& source, const Pitch& pitch, const ScoreOptions& options,
                    const RunControl& control, const std::vector<RegionUse>& regions = {});

}  // namespace annulet
