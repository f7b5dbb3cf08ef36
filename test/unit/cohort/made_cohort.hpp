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

inline CellRow made_ring(int rays, int ridge) {
  CellRow row;
  row.radius.fill(56);
  row.facing.fill(kNoNeighbour);
  for (int i = 0; i < std::clamp(rays, 0, kRays); ++i)
    row.ridge[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::clamp(ridge, 0, 255));
  return row;
}

/// A tumour whose walls are about `strength` (1/100 OD) dark and whose cells are stained to about `rays` of 64.
inline CalibrationCells made_tumour(double strength, double rays, double stained, int count, Random& random) {
  CalibrationCells made;
  for (int i = 0; i < count; ++i) {
    const bool is_stained = random.uniform() < stained;
    CellRow row = is_stained ? made_ring(static_cast<int>(rays + 8 * random.normal()),
                                         static_cast<int>(strength * (1 + 0.2 * random.normal())))
                             : made_ring(0, 0);
    row.x = (i % 50) * 1000;
    row.y = (i / 50) * 1000;
    made.cells.push_back(row);
    made.kinds.push_back(CellKind::Tumour);
  }
  return made;
}

inline Score read_by(const CalibrationCells& slide, const Grading& grading) {
  const Tally tally = count(grade_table(slide.cells, slide.kinds, grading, grading.visible_od), grading);
  return Guideline::load("asco-cap-breast-2018").decide(tally, {}, {}).score.value();
}

/// One slide a case; labels by `grading`.
inline MadeCohort made_cohort(std::size_t count, const Grading& reader, std::uint64_t seed, int cells = 300) {
  Random random(seed);
  MadeCohort cohort;
  for (std::size_t i = 0; i < count; ++i) {
    // From a null to a 3+: darker, more complete and more of it, loosely together.
    const double grade = random.uniform();
    const double strength = 8 + 75 * std::clamp(grade + 0.1 * random.normal(), 0.0, 1.0);
    const double rays = 20 + 45 * std::clamp(grade * 1.5 + 0.1 * random.normal(), 0.0, 1.0);
    const double stained = std::clamp(grade * 1.6 + 0.15 * random.normal(), 0.02, 0.95);
    cohort.cells.push_back(made_tumour(strength, rays, stained, cells, random));
    cohort.slides.push_back({"slide" + std::to_string(i), "case" + std::to_string(i), "",
                             read_by(cohort.cells.back(), reader)});
  }
  return cohort;
}

}  // namespace annulet
