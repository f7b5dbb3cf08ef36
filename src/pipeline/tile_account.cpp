#include "annulet/pipeline/tile_account.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace annulet {
namespace {

enum State : std::uint8_t { kBackground, kExcluded, kAnalysed, kMissing, kUndecodable };

State lost_as(const Problem& problem) {
  return problem.kind == ProblemKind::Missing ? kMissing : kUndecodable;
}

/// The tiles that a rectangle touches; half-open.
Rect<SlideFrame> tiles_of(const SlideInfo& info, const Rect<SlideFrame>& where) {
  const Rect<SlideFrame> inside = where.clipped({0, 0, info.extent.width, info.extent.height});
  if (inside.empty()) return {};
  return {inside.x0 / info.tile.width, inside.y0 / info.tile.height, (inside.x1 - 1) / info.tile.width + 1,
          (inside.y1 - 1) / info.tile.height + 1};
}

/// Tissue px that a rectangle touches; half-open, clipped to the mask.
Rect<WorkFrame> mask_of(const TissueMask& tissue, double pitch_um, const Rect<SlideFrame>& where) {
  const double px = pitch_um / tissue.pitch_um;
  const auto at = [&](std::int64_t x, bool end) {
    const double v = static_cast<double>(x) * px;
    return static_cast<std::int64_t>(end ? std::ceil(v) : std::floor(v));
  };
  return Rect<WorkFrame>{at(where.x0, false), at(where.y0, false), at(where.x1, true), at(where.y1, true)}
      .clipped({0, 0, tissue.piece.width(), tissue.piece.height()});
}

/// Whether the border of a missing area is tissue to kTissueAround; border that is itself `unknown` does not
/// count.
bool amid_tissue(const TissueMask& tissue, const Plane<std::uint8_t>& unknown, const Rect<WorkFrame>& area) {
  const Rect<WorkFrame> around = area.grown(2).clipped({0, 0, tissue.piece.width(), tissue.piece.height()});
  std::int64_t known = 0, stained = 0;
  for (std::int64_t y = around.y0; y < around.y1; ++y) {
    for (std::int64_t x = around.x0; x < around.x1; ++x) {
      if (area.contains({x, y}) || unknown(static_cast<int>(x), static_cast<int>(y)) != 0) continue;
      ++known;
      stained += tissue.piece(static_cast<int>(x), static_cast<int>(y)) != 0;
    }
  }
  return static_cast<double>(stained) >= kTissueAround * static_cast<double>(known) && known > 0;
}

Plane<std::uint8_t> unknown_mask(const TissueMask& tissue, double pitch_um,
                                 const std::vector<Problem>& unseen) {
  Plane<std::uint8_t> unknown(tissue.piece.width(), tissue.piece.height());
  for (const Problem& problem : unseen) {
    const Rect<WorkFrame> area = mask_of(tissue, pitch_um, problem.where);
    for (std::int64_t y = area.y0; y < area.y1; ++y) {
      std::fill_n(unknown.row(static_cast<int>(y)) + area.x0,
                  static_cast<std::size_t>(std::max<std::int64_t>(0, area.width())), std::uint8_t{1});
    }
  }
  return unknown;
}

/// The tiles along one axis that each square of the mask touches; half-open.
std::vector<std::pair<int, int>> tiles_under(int squares, double squares_a_tile, int tiles) {
  std::vector<std::pair<int, int>> under;
  for (int i = 0; i < squares; ++i) {
    under.emplace_back(static_cast<int>(i / squares_a_tile),
                       std::min(static_cast<int>(std::ceil((i + 1) / squares_a_tile)), tiles));
  }
  return under;
}

/// The tiles that `tissue` touches.
void mark(const SlideInfo& info, double pitch_um, const TissueMask& tissue, State as,
          Plane<std::uint8_t>& state) {
  const auto columns = tiles_under(
      tissue.piece.width(), static_cast<double>(info.tile.width) * pitch_um / tissue.pitch_um, state.width());
  const auto rows =
      tiles_under(tissue.piece.height(), static_cast<double>(info.tile.height) * pitch_um / tissue.pitch_um,
                  state.height());
  for (int y = 0; y < tissue.piece.height(); ++y) {
    const std::uint16_t *row = tissue.piece.row(y), *end = row + tissue.piece.width();
    const auto is_tissue = [](std::uint16_t piece) { return piece != 0; };
    for (const std::uint16_t* at = row; (at = std::find_if(at, end, is_tissue)) != end;) {
      const std::uint16_t* last = std::find(at, end, std::uint16_t{0});
      const int first_tile = columns[static_cast<std::size_t>(at - row)].first,
                last_tile = columns[static_cast<std::size_t>(last - row) - 1].second;
      const auto [top, bottom] = rows[static_cast<std::size_t>(y)];
      for (int r = top; r < bottom; ++r) {
        for (int c = first_tile; c < last_tile; ++c) state(c, r) = as;
      }
      at = last;
    }
  }
}

}  // namespace

TileAccount account_tiles(const SlideInfo& info, double pitch_um, const TissueMask& tissue,
                          const TissueMask& counted, const std::vector<Problem>& problems,
                          const std::vector<Problem>& unseen) {
  Plane<std::uint8_t> state(static_cast<int>((info.extent.width + info.tile.width - 1) / info.tile.width),
                            static_cast<int>((info.extent.height + info.tile.height - 1) / info.tile.height),
                            kBackground);
  mark(info, pitch_um, tissue, kExcluded, state);
  mark(info, pitch_um, counted, kAnalysed, state);
  const auto lose = [&](const Problem& problem, bool background_too) {
    const Rect<SlideFrame> tiles = tiles_of(info, problem.where);
    for (std::int64_t r = tiles.y0; r < tiles.y1; ++r) {
      for (std::int64_t c = tiles.x0; c < tiles.x1; ++c) {
        std::uint8_t& s = state(static_cast<int>(c), static_cast<int>(r));
        if (s == kAnalysed || (background_too && s == kBackground)) s = lost_as(problem);
      }
    }
  };
  const Plane<std::uint8_t> unknown =
      unseen.empty() ? Plane<std::uint8_t>() : unknown_mask(tissue, pitch_um, unseen);
  for (const Problem& problem : unseen) {
    if (problem.kind == ProblemKind::Undecodable ||
        amid_tissue(tissue, unknown, mask_of(tissue, pitch_um, problem.where)))
      lose(problem, true);
  }
  for (const Problem& problem : problems) lose(problem, false);
  TileAccount account;
  account.expected = state.size();
  for (const std::uint8_t s : state.values()) {
    ++(s == kBackground ? account.background
       : s == kAnalysed ? account.analysed
       : s == kExcluded ? account.excluded
       : s == kMissing  ? account.missing
                        : account.undecodable);
  }
  return account;
}

}  // namespace annulet
