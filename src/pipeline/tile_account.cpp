#include "annulet/pipeline/tile_account.hpp"

#include <algorithm>

namespace annulet {

TileAccount account_tiles(const SlideInfo& info, double pitch_um, const TissueMask& tissue,
                          const std::vector<Problem>& problems) {
  const std::int64_t columns = (info.extent.width + info.tile.width - 1) / info.tile.width;
  const std::int64_t rows = (info.extent.height + info.tile.height - 1) / info.tile.height;
  enum : std::uint8_t { kBackground, kAnalysed, kMissing, kUndecodable };
  Plane<std::uint8_t> state(static_cast<int>(columns), static_cast<int>(rows), kBackground);
  const double tile_um_x = static_cast<double>(info.tile.width) * pitch_um,
               tile_um_y = static_cast<double>(info.tile.height) * pitch_um;
  for (int y = 0; y < tissue.piece.height(); ++y) {
    for (int x = 0; x < tissue.piece.width(); ++x) {
      if (tissue.piece(x, y) == 0) continue;
      const int c0 = static_cast<int>(x * tissue.pitch_um / tile_um_x),
                c1 = static_cast<int>((x + 1) * tissue.pitch_um / tile_um_x);
      const int r0 = static_cast<int>(y * tissue.pitch_um / tile_um_y),
                r1 = static_cast<int>((y + 1) * tissue.pitch_um / tile_um_y);
      for (int r = r0; r <= std::min(r1, state.height() - 1); ++r) {
        for (int c = c0; c <= std::min(c1, state.width() - 1); ++c) state(c, r) = kAnalysed;
      }
    }
  }
  for (const Problem& problem : problems) {
    const int c = static_cast<int>(problem.where.x0 / info.tile.width),
              r = static_cast<int>(problem.where.y0 / info.tile.height);
    if (state.contains(c, r) && state(c, r) == kAnalysed)
      state(c, r) = problem.kind == ProblemKind::Missing ? kMissing : kUndecodable;
  }
  TileAccount account;
  account.expected = state.size();
  for (const std::uint8_t s : state.values()) {
    ++(s == kBackground ? account.background
       : s == kAnalysed ? account.analysed
       : s == kMissing  ? account.missing
                        : account.undecodable);
  }
  return account;
}

}  // namespace annulet
