#include "annulet/pipeline/stain_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "annulet/base/geometry.hpp"

namespace annulet {
namespace {

constexpr int kCore = 4;       // work px: half a square of 4.5 um, within the smallest nuclei
constexpr int kCentre = 2;     // half a square of 2.5 um at its middle, and of those around it
constexpr int kAlone = 6;      // a place is the brownest within 3 um
constexpr int kBrown = 20;     // 1/100 OD, mean of the core
constexpr int kLeastPale = 6;  // of the eight squares around at 7 um, half as brown as the core at most
constexpr std::array<std::array<int, 2>, 8> kAround = {
    {{14, 0}, {10, 10}, {0, 14}, {-10, 10}, {-14, 0}, {-10, -10}, {0, -14}, {10, -10}}};
constexpr int kMargin = 14 + kCentre;
constexpr std::array<std::array<int, 2>, 4> kAxes = {
    {{6, 0}, {4, 4}, {0, 6}, {-4, 4}}};  // 3 um from the middle
constexpr int kThin = 1;                 // half a square of 1.5 um
constexpr int kLeastRoundPercent = 45;   // of the brown along the brownest axis, that along the palest

// Ki67: 80-100 % of the brown places are discs; HER2 of any score where brown is common: at most 30 %. Dust
// and pigment on pale slides are discs, too, but few: docs/science/gates.md.
constexpr std::uint64_t kFewestDiscs = 20, kDiscPercent = 46;
constexpr double kDiscsPerMm2 = 150;

constexpr std::size_t kFewestCells = 50;
constexpr int kBrownCytoplasm = 100;  // 1/1000 OD
constexpr std::size_t kCytoplasmPercent =
    30;  // brown cytoplasm 48-70 %, membrane stain at most 13 %: gates.md

/// Sums over rectangles in four reads.
class Sums {
 public:
  explicit Sums(const Plane<std::uint8_t>& plane) : sums_(plane.width() + 1, plane.height() + 1, 0) {
    for (int y = 0; y < plane.height(); ++y) {
      const std::uint8_t* in = plane.row(y);
      const std::uint32_t* above = sums_.row(y) + 1;
      std::uint32_t* out = sums_.row(y + 1) + 1;
      std::uint32_t row = 0;
      for (int x = 0; x < plane.width(); ++x) {
        row += in[x];
        out[x] = above[x] + row;
      }
    }
  }
  /// Over the square of 2 * half + 1 px about a place.
  int square(int x, int y, int half) const {
    return static_cast<int>(sums_(x + half + 1, y + half + 1) - sums_(x - half, y + half + 1) -
                            sums_(x + half + 1, y - half) + sums_(x - half, y - half));
  }
  /// Those squares about the first `squares.size()` places of a row, from `half` on.
  void squares(int y, int half, std::vector<int>& squares) const {
    const std::uint32_t *above = sums_.row(y - half), *below = sums_.row(y + half + 1);
    for (std::size_t x = 0, wide = static_cast<std::size_t>(2 * half + 1); x < squares.size(); ++x)
      squares[x] = static_cast<int>(below[x + wide] - below[x] - above[x + wide] + above[x]);
  }

 private:
  Plane<std::uint32_t> sums_;
};

constexpr int pixels(int half) {
  return (2 * half + 1) * (2 * half + 1);
}

/// Places that are brown, and not less so than the four beside them. Nearly all places fall here, so it goes
/// row by row over sums that lie side by side.
class Peaks {
 public:
  Peaks(const Sums& sums, int width) : sums_(sums), right_(width - kMargin) {
    for (auto& row : cores_) row.resize(static_cast<std::size_t>(std::max(0, width - 2 * kCore)));
  }
  /// Along row `y`; rows are asked for in turn.
  const std::vector<int>& along(int y) {
    for (int dy = y == next_ ? 1 : -1; dy <= 1; ++dy) {
      std::rotate(cores_.begin(), cores_.begin() + 1, cores_.end());
      sums_.squares(y + dy, kCore, cores_[2]);
    }
    next_ = y + 1;
    found_.clear();
    const int *above = cores_[0].data(), *here = cores_[1].data(), *below = cores_[2].data();
    for (int i = kMargin - kCore; i < right_ - kCore; ++i) {
      const int own = here[i];
      if (own >= kBrown * pixels(kCore) && own > here[i - 1] && own >= here[i + 1] && own > above[i] &&
          own >= below[i])
        found_.push_back(i + kCore);
    }
    return found_;
  }

 private:
  const Sums& sums_;
  int right_, next_ = -1;
  std::array<std::vector<int>, 3> cores_;  ///< of the row above, the row itself and the row below
  std::vector<int> found_;
};

/// Brownest of its surroundings; of equals the first.
bool is_peak(const Sums& sums, int x, int y, int own) {
  for (int dy = -kAlone; dy <= kAlone; ++dy) {
    for (int dx = -kAlone; dx <= kAlone; ++dx) {
      const int other = sums.square(x + dx, y + dy, kCore);
      if (other > own || (other == own && (dy < 0 || (dy == 0 && dx < 0)))) return false;
    }
  }
  return true;
}

bool is_disc(const Sums& sums, int x, int y, int core) {
  const std::int64_t mean = std::int64_t{core} * pixels(kCentre);  // times pixels(kCore)
  if (std::int64_t{10} * sums.square(x, y, kCentre) * pixels(kCore) < 9 * mean) return false;  // a ring
  int most = 0, least = 1 << 30;
  for (const auto& [dx, dy] : kAxes) {
    const int along = sums.square(x + dx, y + dy, kThin) + sums.square(x - dx, y - dy, kThin);
    most = std::max(most, along);
    least = std::min(least, along);
  }
  if (100 * least < kLeastRoundPercent * most) return false;  // a stretch of wall
  int pale = 0;
  for (const auto& [dx, dy] : kAround)
    pale += 2 * std::int64_t{sums.square(x + dx, y + dy, kCentre)} * pixels(kCore) < mean;
  return pale >= kLeastPale;
}

}  // namespace

BrownPlaces& BrownPlaces::operator+=(const BrownPlaces& other) {
  all += other.all;
  discs += other.discs;
  area_mm2 += other.area_mm2;
  return *this;
}

BrownPlaces brown_places(const StainTile& tile) {
  BrownPlaces places;
  const Sums sums(tile.dab);
  Peaks peaks(sums, tile.dab.width());
  for (int y = kMargin; y < tile.dab.height() - kMargin; ++y) {
    for (const int x : peaks.along(y)) {
      const int core = sums.square(x, y, kCore);
      if (!is_peak(sums, x, y, core)) continue;
      ++places.all;
      if (is_disc(sums, x, y, core)) ++places.discs;
    }
  }
  places.area_mm2 = static_cast<double>(tile.dab.size()) * kWorkPitch * kWorkPitch * 1e-6;
  return places;
}

std::optional<Remark> suspect_nuclei(const BrownPlaces& places) {
  if (places.discs < kFewestDiscs || static_cast<double>(places.discs) < kDiscsPerMm2 * places.area_mm2 ||
      places.discs * 100 < kDiscPercent * places.all)
    return std::nullopt;
  return Remark{
      "nuclear-dab",
      fmt::format("{} % of the brown places that are as large as a nucleus are filled discs ({} of {}): "
                  "brown nuclei, as with Ki67, ER or PR. Only membranes count for HER2: is this the "
                  "right slide?",
                  places.discs * 100 / places.all, places.discs, places.all)};
}

std::optional<std::string> suspect_cytoplasm(const CellTable& cells, const GradedTable& graded) {
  std::size_t seen = 0, brown = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (graded[i].kind != CellKind::Tumour || cells[i].flags != 0) continue;
    int sum = 0, rays = 0;
    for (const std::uint8_t ridge : cells[i].ridge) {
      if (ridge < 10) continue;
      sum += 10 * ridge;
      ++rays;
    }
    const int wall = rays == 0 ? 0 : sum / rays;
    ++seen;
    brown += cells[i].cytoplasm_od > std::max(kBrownCytoplasm, wall);
  }
  if (seen < kFewestCells || brown * 100 < kCytoplasmPercent * seen) return std::nullopt;
  return fmt::format(
      "in {} % of the tumour cells the cytoplasm is browner than the membrane stands out from it; "
      "cytoplasmic "
      "stain does not count for HER2 and hides faint membranes: look at this slide by eye",
      brown * 100 / seen);
}

}  // namespace annulet
