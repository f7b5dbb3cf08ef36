#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "annulet/base/directions.hpp"
#include "annulet/base/random.hpp"
#include "annulet/model/result.hpp"

/// A result as the pipeline would hand it to the writers: some 400 packed cells with walls in common, every
/// kind and pattern, unmeasurable cells, pictures. No measurement stands behind it.
namespace annulet::sample {

inline constexpr double kPitch = 0.25;
inline constexpr int kColumns = 25, kRows = 17;
inline constexpr double kSpacingUm = 12, kLongestUm = 9;
inline constexpr int kWidth = 1240, kHeight = 860;

struct Centre {
  double x = 0, y = 0;
};

inline std::vector<Centre> centres(Random& random) {
  std::vector<Centre> out;
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) {
      out.push_back({10 + kSpacingUm * (column + (row % 2) * 0.5) + random.uniform(-2, 2),
                     10 + kSpacingUm * row + random.uniform(-2, 2)});
    }
  }
  return out;
}

/// Distance from `a` along a direction to the nearest line midway to another centre: packed cells share their
/// walls.
inline double wall_distance(const std::vector<Centre>& all, const Centre& a, double dx, double dy) {
  double distance = kLongestUm;
  for (const Centre& b : all) {
    const double x = b.x - a.x, y = b.y - a.y, along = x * dx + y * dy, squared = x * x + y * y;
    if (along > 0 && squared > 0 && squared < 900) distance = std::min(distance, squared / 2 / along);
  }
  return distance;
}

inline GradedCell graded_as(CellKind kind, Pattern pattern, Random& random) {
  GradedCell graded;
  graded.kind = kind;
  graded.pattern = pattern;
  const auto between = [&](int low, int high) {
    return static_cast<std::uint16_t>(low +
                                      static_cast<int>(random.below(static_cast<std::uint64_t>(high - low))));
  };
  switch (pattern) {
    case Pattern::Unmeasurable:
      break;
    case Pattern::None:
      graded.completeness = between(0, 99);
      break;
    case Pattern::FaintIncomplete:
      graded.completeness = between(120, 700);
      graded.strength_od = between(110, 249);
      break;
    case Pattern::ModerateOrStrongIncomplete:
      graded.completeness = between(300, 849);
      graded.strength_od = between(250, 700);
      break;
    case Pattern::WeakModerateComplete:
      graded.completeness = between(850, 1000);
      graded.strength_od = between(250, 599);
      break;
    case Pattern::IntenseComplete:
      graded.completeness = between(900, 1000);
      graded.strength_od = between(600, 1100);
      break;
  }
  graded.longest_arc = graded.completeness;
  graded.median_od = graded.strength_od;
  return graded;
}

inline GradedCell grade_at(const Centre& centre, Random& random) {
  const std::uint64_t dice = random.below(100);
  if (centre.x > 240 && dice < 75)
    return graded_as(static_cast<CellKind>(1 + dice % 4),
                     dice % 5 == 0 ? Pattern::FaintIncomplete : Pattern::None, random);
  if (dice < 4) return graded_as(CellKind::Tumour, Pattern::Unmeasurable, random);
  if (dice < 8 + static_cast<std::uint64_t>(centre.x / 8))
    return graded_as(CellKind::Tumour, Pattern::None, random);
  if (dice < 55) return graded_as(CellKind::Tumour, Pattern::FaintIncomplete, random);
  if (dice < 68) return graded_as(CellKind::Tumour, Pattern::ModerateOrStrongIncomplete, random);
  if (dice < 93) return graded_as(CellKind::Tumour, Pattern::WeakModerateComplete, random);
  return graded_as(CellKind::Tumour, Pattern::IntenseComplete, random);
}

inline CellRow row_at(const std::vector<Centre>& all, const Centre& centre, const GradedCell& graded,
                      Random& random) {
  CellRow row;
  row.x = static_cast<std::int32_t>(centre.x * 64);
  row.y = static_cast<std::int32_t>(centre.y * 64);
  row.nucleus_area = static_cast<std::uint16_t>(8 * random.uniform(30, 60));
  row.cell_area = static_cast<std::uint16_t>(8 * random.uniform(100, 150));
  row.haematoxylin_od = static_cast<std::uint16_t>(300 + random.below(200));
  row.contrast_od = static_cast<std::uint16_t>(graded.strength_od / 2);
  row.width = static_cast<std::uint8_t>(graded.strength_od > 0 ? 24 + random.below(24) : 0);
  row.facing.fill(kNoNeighbour);
  row.piece = 1;
  for (std::size_t i = 0; i < kRays; ++i) {
    const double dx = kDirections64[i][0] / 16384.0, dy = kDirections64[i][1] / 16384.0;
    row.radius[i] = static_cast<std::uint8_t>(8 * wall_distance(all, centre, dx, dy));
    const bool stained = i * 1000 < static_cast<std::size_t>(graded.completeness) * kRays;
    row.ridge[i] = static_cast<std::uint8_t>(stained ? graded.strength_od / 10 : 0);
  }
  if (random.below(20) == 0) {
    row.flags = kFlagInterior;
    row.nucleus_area = 0;
  }
  row.neighbours = 1;
  row.neighbour[0] = {768, -12};
  row.facing[0] = row.facing[63] = 0;
  return row;
}

/// Paints `um`-wide discs on the way along each ray: enough of a cell to look at.
inline RgbImage paint(const CellTable& cells, const Rect<SlideFrame>& where) {
  RgbImage image(static_cast<int>(where.width()), static_cast<int>(where.height()), 236);
  const auto put = [&](double x_um, double y_um, Rgb colour) {
    const int x = static_cast<int>(x_um / kPitch - static_cast<double>(where.x0)),
              y = static_cast<int>(y_um / kPitch - static_cast<double>(where.y0));
    if (x < 0 || y < 0 || x >= image.width || y >= image.height) return;
    for (int c = 0; c < 3; ++c)
      image.row(y)[3 * x + c] = static_cast<std::uint8_t>(colour[static_cast<std::size_t>(c)]);
  };
  for (const CellRow& row : cells) {
    for (std::size_t i = 0; i < kRays; ++i) {
      const double dx = kDirections64[i][0] / 16384.0, dy = kDirections64[i][1] / 16384.0,
                   radius = row.radius[i] / 8.0;
      for (double r = 0; r < radius; r += 0.1) {
        const int od = row.ridge[i];
        const Rgb brown{232 - 2 * od, 222 - 2 * od, 210 - 2 * od}, pale{228, 222, 226}, blue{128, 138, 186};
        put(row.x / 64.0 + r * dx, row.y / 64.0 + r * dy,
            r < 3.6                      ? blue
            : r > radius - 0.7 && od > 0 ? brown
                                         : pale);
      }
    }
  }
  return image;
}

inline void tally_up(SlideResult& result) {
  for (const GradedCell& cell : result.graded) {
    const auto kind = static_cast<std::size_t>(cell.kind);
    ++result.tally.pattern[kind][static_cast<std::size_t>(cell.pattern)];
    if (cell.pattern == Pattern::Unmeasurable) ++result.tally.unmeasurable[kind];
  }
}

inline Verdict verdict(const Tally& tally) {
  const std::uint64_t n = tally.of(CellKind::Tumour) - tally.of(CellKind::Tumour, Pattern::Unmeasurable);
  const std::uint64_t intense = tally.of(CellKind::Tumour, Pattern::IntenseComplete);
  const std::uint64_t complete = intense + tally.of(CellKind::Tumour, Pattern::WeakModerateComplete);
  Verdict out;
  out.score = Score::Two;
  out.group = "equivocal";
  out.guideline = "asco-cap-breast-2018";
  out.guideline_digest = std::string(64, 'a');
  out.rule = "R2";
  const auto share = [&](std::uint64_t k) {
    return std::to_string(k) + " of " + std::to_string(n) + " measurable tumour cells";
  };
  out.trace = {
      {"R1", "Complete and intense membrane staining", intense, n, ">", 10, false,
       share(intense) + " have complete, intense staining: not more than 10 %.", "3+",
       "Wolff et al. 2018, doi 10.1200/JCO.2018.77.8738"},
      {"R2", "Complete membrane staining, weak to moderate or intense", complete, n, ">", 10, true,
       share(complete) + " have complete staining of weak to moderate or higher intensity: more than 10 %.",
       "2+", "Wolff et al. 2018, doi 10.1200/JCO.2018.77.8738"}};
  out.caveats = {
      {"second-population",
       "A second population of 31 % would score 1+ on its own; the score is that of the whole slide."}};
  out.notes = {{"in-situ", "In-situ carcinoma is not recognised: exclude it with regions."},
               {"controls", "Controls were not verified."},
               {"antibody", "The antibody is taken on the user's word."},
               {"research-use", "For research use only."}};
  out.margins = {{"R1", "3+", 24, 6.4}, {"R2", "1+", -71, 18.9}};
  Doubt& doubt = out.doubt;
  doubt.block_um = 125;
  doubt.blocks = 12;
  doubt.replicates = 3999;
  doubt.replicates_by_score = {0, 14, 3881, 104};
  for (ShareInterval& each : doubt.patterns) each = {n / 5, n, 15'000, 26'000};
  doubt.rows = {{"R1", {intense, n, 1'200, 11'900}, true, Score::Three},
                {"R2", {complete, n, 12'400, 41'000}, false, {}}};
  doubt.flips = {{"intense_od", 600, 401, 900, 571, Score::Three, "R1"},
                 {"visible_od", 100, 50, 150, {}, {}, ""}};
  return out;
}

inline FieldPicture field(const SlideResult& result, const char* name, const char* caption, std::int64_t x,
                          std::int64_t y) {
  FieldPicture out;
  out.name = name;
  out.caption = caption;
  out.where = {x, y, x + 400, y + 400};
  out.pitch_um = kPitch;
  out.image = paint(result.cells, out.where);
  return out;
}

inline void add_facts(SlideResult& result) {
  result.slide_sha256 = std::string(62, '3') + "cd";
  result.slide.file_name = "sample.svs";
  result.slide.format = "aperio";
  result.slide.reader = "tiff";
  result.slide.bytes = 1234567;
  result.slide.extent = {kWidth, kHeight};
  result.slide.levels = {{{kWidth, kHeight}, 1}, {{kWidth / 4, kHeight / 4}, 4}};
  result.slide.objective_power = 40;
  result.pitch = result.slide.pitch = {kPitch, kPitch, PitchOrigin::Header};
  result.stain.id = "hdab-ruifrok";
  result.stain.digest = std::string(64, 'b');
  result.stain.white = {242, 241, 243};
  result.stain.white_origin = WhiteOrigin::Measured;
  result.tissue_mm2 = 0.0662;
  result.analysed_mm2 = 0.0581;
  result.excluded_mm2 = {{"blur", 0.0031}, {"fold", 0.005}};
  result.tiles = {20, 14, 3, 1, 0, 2};
  result.limit_of_blank.area_mm2 = 0.0123;
  result.models = {{"stain", "hdab-ruifrok", "1.0.0", std::string(64, 'b')},
                   {"guideline", "asco-cap-breast-2018", "1.0.0", std::string(64, 'a')}};
  result.problems = {{ProblemKind::Missing, "tile 3,1", {768, 256, 1024, 512}}};
  result.options = {{"guideline", "asco-cap-breast-2018"}};
  result.regions = {{{"Tumour", RegionRole::Include, {{{20, 20}, {1220, 20}, {1220, 840}, {20, 840}}}},
                     "case.geojson",
                     std::string(64, 'd'),
                     true,
                     false,
                     0.06},
                    {{"DCIS <left>", RegionRole::Exclude, {{{120, 140}, {260, 180}, {200, 330}}}},
                     "case.geojson",
                     std::string(64, 'd'),
                     true,
                     true,
                     0.002}};
}

inline SlideResult scored() {
  Random random(7);
  const std::vector<Centre> all = centres(random);
  std::vector<std::pair<CellRow, GradedCell>> cells;
  for (const Centre& centre : all) {
    const GradedCell graded = grade_at(centre, random);
    cells.emplace_back(row_at(all, centre, graded, random), graded);
  }
  std::sort(cells.begin(), cells.end(),
            [](const auto& a, const auto& b) { return before(a.first, b.first); });
  SlideResult result;
  for (const auto& [row, graded] : cells) {
    result.cells.push_back(row);
    result.graded.push_back(graded);
  }
  result.status = Status::ScoredWithCaveats;
  result.scanned = true;
  add_facts(result);
  tally_up(result);
  result.verdict = verdict(result.tally);
  result.thumbnail = paint(result.cells, {0, 0, kWidth, kHeight});
  result.thumbnail_pitch_um = kPitch;
  result.fields = {field(result, "hottest", "Where most tumour cells are complete or intense.", 60, 80),
                   field(result, "typical", "Nearest to the slide's share of stained cells.", 400, 300),
                   field(result, "random", "Drawn by the digest of the slide.", 800, 420)};
  return result;
}

/// Refused before the scan: no cells, no pictures but the thumbnail.
inline SlideResult refused() {
  SlideResult result;
  result.status = Status::NotEvaluable;
  add_facts(result);
  result.problems.clear();
  result.verdict.guideline = "asco-cap-breast-2018";
  result.verdict.reasons = {{"not-dab", "The second stain of sample.svs is not DAB: it looks like eosin."}};
  result.verdict.notes = {{"research-use", "For research use only."}};
  result.thumbnail = RgbImage(kWidth / 4, kHeight / 4, 230);
  result.thumbnail_pitch_um = 1;
  return result;
}

inline RunRecord run() {
  RunRecord out;
  out.version = "0.1.0";
  out.started = "2026-01-02T03:04:05Z";
  out.host = "bench";
  out.threads = 2;
  out.seconds_total = 12.3456;
  out.seconds = {{"survey", 1.5}, {"scan", 20.25}};
  out.libraries = {{"libtiff", "4.5.0"}};
  out.peak_memory_bytes = 123456789;
  out.tiles_decoded = 17;
  out.result_digest = std::string(64, 'c');
  return out;
}

}  // namespace annulet::sample
