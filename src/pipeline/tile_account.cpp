#include "annulet/pipeline/tile_account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <tuple>
#include <utility>

#include "annulet/base/error.hpp"

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

/// Whether regions leave out all of an area of the mask.
bool is_left_out(const Plane<std::uint8_t>& left_out, const Rect<WorkFrame>& area) {
  if (left_out.empty()) return false;
  for (std::int64_t y = area.y0; y < area.y1; ++y) {
    const std::uint8_t* row = left_out.row(static_cast<int>(y));
    if (std::find(row + area.x0, row + area.x1, 0) != row + area.x1) return false;
  }
  return !area.empty();
}

/// What no level shows and may have been tissue, by whether the user left it out.
struct Unseen {
  std::vector<Problem> lost, left_out;
};

Unseen sort_unseen(const TissueMask& tissue, double pitch_um, const std::vector<Problem>& unseen,
                   const Plane<std::uint8_t>& left_out) {
  Unseen sorted;
  if (unseen.empty()) return sorted;
  const Plane<std::uint8_t> unknown = unknown_mask(tissue, pitch_um, unseen);
  const std::span<const std::uint8_t> squares = unknown.values();
  // Scanners leave glass out around what they scan, not all that there is.
  const bool all_unknown = std::find(squares.begin(), squares.end(), std::uint8_t{0}) == squares.end();
  for (const Problem& problem : unseen) {
    const Rect<WorkFrame> area = mask_of(tissue, pitch_um, problem.where);
    if (problem.kind == ProblemKind::Missing && !all_unknown && !amid_tissue(tissue, unknown, area)) continue;
    (is_left_out(left_out, centres_in(tissue, pitch_um, problem.where)) ? sorted.left_out : sorted.lost)
        .push_back(problem);
  }
  return sorted;
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

Rect<WorkFrame> centres_in(const TissueMask& tissue, double pitch_um, const Rect<SlideFrame>& where) {
  const double px = pitch_um / tissue.pitch_um;
  const auto at = [&](std::int64_t v) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(v) * px + 0.5));
  };
  return Rect<WorkFrame>{at(where.x0), at(where.y0), at(where.x1), at(where.y1)}.clipped(
      {0, 0, tissue.piece.width(), tissue.piece.height()});
}

TileAccount account_tiles(const SlideInfo& info, double pitch_um, const TissueMask& tissue,
                          const TissueMask& counted, const std::vector<Problem>& problems,
                          const std::vector<Problem>& unseen, const Plane<std::uint8_t>& left_out) {
  Plane<std::uint8_t> state(static_cast<int>((info.extent.width + info.tile.width - 1) / info.tile.width),
                            static_cast<int>((info.extent.height + info.tile.height - 1) / info.tile.height),
                            kBackground);
  mark(info, pitch_um, tissue, kExcluded, state);
  mark(info, pitch_um, counted, kAnalysed, state);
  const auto turn = [&](const Problem& problem, State from, State to) {
    const Rect<SlideFrame> tiles = tiles_of(info, problem.where);
    for (std::int64_t r = tiles.y0; r < tiles.y1; ++r) {
      for (std::int64_t c = tiles.x0; c < tiles.x1; ++c) {
        std::uint8_t& s = state(static_cast<int>(c), static_cast<int>(r));
        if (s == from) s = to;
      }
    }
  };
  const Unseen of_unseen = sort_unseen(tissue, pitch_um, unseen, left_out);
  for (const Problem& problem : of_unseen.lost) {
    turn(problem, kAnalysed, lost_as(problem));
    turn(problem, kBackground, lost_as(problem));
  }
  for (const Problem& problem : of_unseen.left_out) turn(problem, kBackground, kExcluded);
  for (const Problem& problem : problems) turn(problem, kAnalysed, lost_as(problem));
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

TissueLoss lost_tissue(const SlideInfo& info, double pitch_um, const TissueMask& tissue,
                       const TissueMask& counted, const std::vector<Problem>& problems,
                       const std::vector<Problem>& unseen, const Plane<std::uint8_t>& left_out) {
  const double square_mm2 = tissue.pitch_um * tissue.pitch_um * 1e-6;
  TissueLoss loss;
  loss.of_mm2 = counted.area_mm2;
  Plane<std::uint8_t> state(tissue.piece.width(), tissue.piece.height());
  const auto lose = [&](const Problem& problem, bool is_unseen) {
    const Rect<SlideFrame> inside = problem.where.clipped({0, 0, info.extent.width, info.extent.height});
    const Rect<WorkFrame> part = centres_in(tissue, pitch_um, inside);
    for (std::int64_t row = part.y0; row < part.y1; ++row) {
      for (std::int64_t column = part.x0; column < part.x1; ++column) {
        const int x = static_cast<int>(column), y = static_cast<int>(row);
        const bool is_counted = counted.piece(x, y) != 0;
        const bool excluded =
            !is_counted && (tissue.piece(x, y) != 0 || (!left_out.empty() && left_out(x, y) != 0));
        if (state(x, y) != 0 || excluded || (!is_counted && !is_unseen)) continue;
        state(x, y) = lost_as(problem);
        (problem.kind == ProblemKind::Missing ? loss.missing_mm2 : loss.undecodable_mm2) += square_mm2;
        (is_counted ? loss.counted_mm2 : loss.of_mm2) += square_mm2;
      }
    }
  };
  for (const Problem& problem : sort_unseen(tissue, pitch_um, unseen, left_out).lost) lose(problem, true);
  for (const Problem& problem : problems) lose(problem, false);
  return loss;
}

std::optional<Incompleteness> incompleteness(const TileAccount& tiles, const TissueLoss& loss,
                                             std::optional<double> allowed_percent) {
  const std::uint64_t lost = tiles.missing + tiles.undecodable;
  if (lost == 0) return std::nullopt;
  const std::string what = fmt::format(
      "{} of {} tiles with tissue are lost ({} missing, {} undecodable), {:.2f} % of the tissue "
      "({:.3f} mm2)",
      lost, lost + tiles.analysed, tiles.missing, tiles.undecodable, loss.percent(), loss.mm2());
  Incompleteness found;
  found.allowed = allowed_percent.has_value() && loss.percent() <= *allowed_percent;
  found.remark.code = std::string(name(Code::Incomplete));
  if (found.allowed) {
    found.remark.message =
        what + fmt::format(
                   "; at most {} % was allowed. The score is that of the rest: what was lost may be "
                   "stained otherwise. Copy or scan the slide again",
                   *allowed_percent);
  } else {
    found.remark.message =
        what + (allowed_percent ? fmt::format("; at most {} % is allowed", *allowed_percent) : "") +
        ": copy or scan the slide again";
  }
  return found;
}

void sort_once(std::vector<Problem>& problems) {
  const auto key = [](const Problem& p) {
    return std::tie(p.where.y0, p.where.x0, p.where.y1, p.where.x1, p.kind, p.what);
  };
  std::sort(problems.begin(), problems.end(),
            [&](const Problem& a, const Problem& b) { return key(a) < key(b); });
  problems.erase(std::unique(problems.begin(), problems.end(),
                             [&](const Problem& a, const Problem& b) { return key(a) == key(b); }),
                 problems.end());
}

void drop_lost_cells(CellTable& cells, const std::vector<Problem>& problems, double pitch_um) {
  if (problems.empty()) return;
  std::erase_if(cells, [&](const CellRow& cell) {
    const auto px = [&](std::int32_t micro) {
      return static_cast<std::int64_t>(std::floor(micro / (kMicroUnits * pitch_um)));
    };
    const Point<SlideFrame> centre{px(cell.x), px(cell.y)};
    return std::any_of(problems.begin(), problems.end(),
                       [&](const Problem& problem) { return problem.where.contains(centre); });
  });
}

}  // namespace annulet
