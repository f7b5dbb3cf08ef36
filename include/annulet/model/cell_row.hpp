#pragma once
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "annulet/base/geometry.hpp"

namespace annulet {

inline constexpr int kRays = 64;       ///< rays around a cell, the first towards +x, turning towards +y
inline constexpr int kNeighbours = 8;  ///< neighbours that a row can name
inline constexpr std::uint8_t kNoNeighbour = 255;

/// Bits of CellRow::flags.
enum CellFlag : std::uint16_t {
  kFlagInterior = 1,       ///< no nucleus seen: found from its membrane-enclosed interior
  kFlagCutBySlide = 2,     ///< the ring meets the slide's border
  kFlagMissingPixels = 4,  ///< the ring crosses a missing or undecodable tile
  kFlagSaturated = 8,      ///< the ring is darker than the scan can measure over most of its length
  kFlagEdgeBlush = 16,     ///< in a brown blush along the edge of the tissue: not to be judged
};

/// One measured cell, as compact as the store keeps it; everything that concluding reads. Integers only.
/// Positions in 1/64 um (MicroFrame), OD in 1/100 or 1/1000 as named.
struct CellRow {
  std::int32_t x = 0, y = 0;       ///< centroid of the nucleus, 1/64 um; the key of the cell
  std::uint16_t nucleus_area = 0;  ///< 1/8 um2
  std::uint16_t cell_area = 0;     ///< 1/8 um2
  // the nucleus, for the kind
  std::uint16_t haematoxylin_od = 0;          ///< mean inside, 1/1000 OD
  std::uint16_t haematoxylin_sd = 0;          ///< standard deviation inside, 1/1000 OD
  std::uint16_t haematoxylin_outside = 0;     ///< mean in the ring 0.75-2 um outside, 1/1000 OD
  std::uint16_t haematoxylin_outside_sd = 0;  ///< its standard deviation, 1/1000 OD
  std::uint16_t nucleus_dab_od = 0;           ///< mean DAB inside, 1/1000 OD
  std::uint16_t edge = 0;            ///< mean edge of the outline (nucleus plane, gain of 1), 1/1000 OD
  std::uint16_t edge_quartile = 0;   ///< lower quartile of the edge over the rays, 1/1000 OD
  std::uint8_t weak_edge_share = 0;  ///< rays with hardly an edge, of 32
  std::uint8_t circularity = 0;      ///< 4 pi area / perimeter^2, 1/250
  std::uint16_t min_diameter = 0, max_diameter = 0;  ///< 1/16 um
  std::uint16_t score = 0;                           ///< acceptance score of the outline, 1/10000
  // the membrane
  std::uint16_t cytoplasm_od = 0;  ///< median DAB level inside the wall, 1/1000 OD
  std::uint16_t contrast_od = 0;   ///< median prominence of the ridge over the rays that have one, 1/1000 OD
  std::uint8_t width = 0;          ///< median full width at half height, 1/32 um
  std::uint8_t neighbours = 0;     ///< how many of `neighbour` are in use
  std::uint16_t flags = 0;         ///< CellFlag
  std::uint16_t piece = 0;         ///< piece of tissue (1 ...); 0 where none
  std::array<std::uint8_t, kRays> radius{};  ///< star outline of the cell along the wall, 1/8 um from (x, y)
  std::array<std::uint8_t, kRays>
      ridge{};  ///< DAB of the wall over the cytoplasm level, 1/100 OD; 0 where no ridge
  std::array<std::uint8_t, kRays>
      facing{};  ///< index into `neighbour` of the cell across the wall, or kNoNeighbour
  std::array<std::array<std::int16_t, 2>, kNeighbours>
      neighbour{};  ///< offset to that cell's (x, y), 1/64 um

  friend bool operator==(const CellRow&, const CellRow&) = default;
};
static_assert(sizeof(CellRow) <= 300, "a cell costs at most 300 bytes");

/// Order of every table: by y, then x. No two cells of a slide share a key.
inline bool before(const CellRow& a, const CellRow& b) {
  return a.y != b.y ? a.y < b.y : a.x < b.x;
}

using CellTable = std::vector<CellRow>;

/// The row that `row` names as its neighbour `index`; nullptr where the table, sorted by `before`, does not
/// hold it.
const CellRow* neighbour_of(const CellTable& cells, const CellRow& row, std::size_t index);

enum class CellKind : std::uint8_t { Tumour, Benign, Lymphocyte, Stroma, Uncertain };
enum class Pattern : std::uint8_t {
  Unmeasurable,
  None,
  FaintIncomplete,
  ModerateOrStrongIncomplete,
  WeakModerateComplete,
  IntenseComplete
};
inline constexpr int kKinds = 5, kPatterns = 6;
const char* name(CellKind kind);    ///< "tumour", ...
const char* name(Pattern pattern);  ///< "faint_incomplete", ...

/// What concluding makes of a row; parallel to the CellTable.
struct GradedCell {
  CellKind kind = CellKind::Uncertain;
  Pattern pattern = Pattern::Unmeasurable;
  std::uint16_t completeness = 0;  ///< calibrated, 1/1000 of the perimeter
  std::uint16_t longest_arc = 0;   ///< calibrated like completeness, 1/1000
  std::uint16_t strength_od =
      0;  ///< calibrated mean over the stained part, 1/1000 OD; 0 where nothing is stained
  std::uint16_t median_od = 0;  ///< calibrated median over the stained part, 1/1000 OD
  bool borrowed = false;        ///< the stained wall is not its own (docs/science/grade.md, "Own walls")
  friend bool operator==(const GradedCell&, const GradedCell&) = default;
};
using GradedTable = std::vector<GradedCell>;

/// A measurable tumour cell: what a guideline counts.
inline bool is_judged(const GradedCell& cell) {
  return cell.kind == CellKind::Tumour && cell.pattern != Pattern::Unmeasurable;
}

}  // namespace annulet
