#pragma once
// Slides made of rings, and readers who score them by planted cut-offs.
#include <algorithm>
#include <string>
#include <vector>

#include "annulet/base/random.hpp"
#include "annulet/cohort/calibrate.hpp"

namespace annulet {

struct MadeCohort {
  std::vector<CalibrationSlide> slides;
  std::vector<CalibrationCells> cells;
  LoadCalibrationCells load() const {
    return [this](std::size_t slide) { return cells[slide]; };
  }
};

/// Which cut-off the slides of a cohort lie around.
enum class Around { All, Visible, Faint, Intense, Complete };

inline CellRow made_ring(int rays, int ridge) {
  CellRow row;
  row.radius.fill(56);
  row.facing.fill(kNoNeighbour);
  for (int i = 0; i < std::clamp(rays, 0, kRays); ++i)
    row.ridge[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::clamp(ridge, 0, 255));
  return row;
}

/// Walls about `strength` (1/100 OD) dark in cells stained to about `rays` of 64; the others are bare.
inline CalibrationCells made_tumour(double strength, double rays, double stained, Random& random) {
  constexpr int kCells = 250, kColumns = 25, kApart = 1000;
  CalibrationCells made;
  for (int i = 0; i < kCells; ++i) {
    const bool is_stained = random.uniform() < stained;
    CellRow row = is_stained ? made_ring(static_cast<int>(rays + 8 * random.normal()),
                                         static_cast<int>(strength * (1 + 0.2 * random.normal())))
                             : made_ring(0, 0);
    row.x = i % kColumns * kApart;
    row.y = i / kColumns * kApart;
    made.cells.push_back(row);
    made.kinds.push_back(CellKind::Tumour);
  }
  return made;
}

inline CalibrationCells made_slide(Around around, Random& random) {
  const double u = random.uniform();
  const auto vary = [&](double value, double by) {
    return std::clamp(value + by * random.normal(), 0.0, 1.0);
  };
  switch (around) {
    case Around::Visible:
      return made_tumour(5 + 18 * u, 30, vary(0.4, 0.1), random);
    case Around::Faint:
      return made_tumour(10 + 28 * u, 64, vary(0.5, 0.1), random);
    case Around::Intense:
      return made_tumour(25 + 60 * u, 64, vary(0.5, 0.1), random);
    case Around::Complete:
      return made_tumour(30, 30 + 30 * u, vary(0.5, 0.1), random);
    case Around::All:
      break;
  }
  // From a null to a 3+: darker, more complete and more of it, loosely together.
  return made_tumour(8 + 75 * vary(u, 0.1), 20 + 45 * vary(1.5 * u, 0.1), std::max(0.02, vary(1.6 * u, 0.15)),
                     random);
}

inline Score read_by(const CalibrationCells& slide, const Grading& grading) {
  static const Guideline kGuideline = Guideline::load("asco-cap-breast-2018");
  const Tally tally = count(grade_table(slide.cells, slide.kinds, grading, grading.visible_od), grading);
  return kGuideline.decide(tally, {}, {}).score.value();
}

/// The contract's definitions without any calibration.
[[gnu::noinline]] inline const Grading& plain_grading() {
  static const Grading kPlain;
  return kPlain;
}

/// One slide a case; `reader` has the cut-offs by which it is read.
inline MadeCohort made_cohort(std::size_t count, Around around, const CutOffs& reader, std::uint64_t seed) {
  Random random(seed);
  MadeCohort cohort;
  for (std::size_t i = 0; i < count; ++i) {
    // Whatever lies around one cut-off alone has slides of every score beside it.
    cohort.cells.push_back(made_slide(i % 3 == 0 ? Around::All : around, random));
    cohort.slides.push_back({"slide" + std::to_string(i), "case" + std::to_string(i), std::to_string(i),
                             read_by(cohort.cells.back(), with_cut_offs(plain_grading(), reader))});
  }
  return cohort;
}

inline CalibrationSettings made_settings(const CutOffs& base = {100, 250, 600, 850}) {
  return {with_cut_offs(plain_grading(), base), Guideline::load("asco-cap-breast-2018"), in_one_range, {}};
}

}  // namespace annulet
