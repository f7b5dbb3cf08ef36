#include "annulet/pipeline/doubtful_tiles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "annulet/pipeline/tile_account.hpp"

namespace annulet {
namespace {

using Tile = Rect<SlideFrame>;

auto place(const Tile& tile) {
  return std::tuple(tile.y0, tile.x0, tile.y1, tile.x1);
}
bool is_before(const Tile& a, const Tile& b) {
  return place(a) < place(b);
}

/// Squares of the mask whose centre lies in `where`, and how many of them are tissue.
std::pair<std::int64_t, std::int64_t> squares_of(const TissueMask& tissue, double pitch_um,
                                                 const Tile& where) {
  const Rect<WorkFrame> part = centres_in(tissue, pitch_um, where);
  std::int64_t of_tissue = 0;
  for (std::int64_t y = part.y0; y < part.y1; ++y) {
    const std::uint16_t* row = tissue.piece.row(static_cast<int>(y));
    of_tissue += part.width() - std::count(row + part.x0, row + part.x1, std::uint16_t{0});
  }
  return {part.width() * part.height(), of_tissue};
}

std::string at_px(const Tile& tile) {
  return fmt::format("{}, {}", tile.x0, tile.y0);
}

/// A tile that fits to none of two or more neighbours is the damaged one; of two tiles nobody knows which.
void find_places(std::vector<std::pair<Tile, Tile>> seams, std::vector<Problem>& doubts) {
  std::map<Tile, std::vector<std::size_t>, decltype(&is_before)> of_tile(&is_before);
  for (std::size_t i = 0; i < seams.size(); ++i) {
    of_tile[seams[i].first].push_back(i);
    of_tile[seams[i].second].push_back(i);
  }
  std::vector<std::pair<Tile, std::vector<std::size_t>>> tiles(of_tile.begin(), of_tile.end());
  std::stable_sort(tiles.begin(), tiles.end(),
                   [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
  std::vector<bool> explained(seams.size());
  for (const auto& [tile, of] : tiles) {
    const auto open = std::count_if(of.begin(), of.end(), [&](std::size_t i) { return !explained[i]; });
    if (open < 2) continue;
    for (const std::size_t i : of) explained[i] = true;
    doubts.push_back({ProblemKind::Suspect,
                      fmt::format("the tile at {} fits to none of {} neighbours", at_px(tile), open), tile});
  }
  for (std::size_t i = 0; i < seams.size(); ++i) {
    if (explained[i]) continue;
    const auto& [a, b] = seams[i];
    doubts.push_back({ProblemKind::Suspect,
                      fmt::format("the tiles at {} and at {} do not fit together", at_px(a), at_px(b)),
                      {a.x0, a.y0, b.x1, b.y1}});
  }
}

}  // namespace

std::vector<Problem> doubtful_tiles(const SuspectTiles& suspects, const TissueMask& counted, double pitch_um,
                                    const std::function<bool(const Rect<SlideFrame>&)>& is_near) {
  std::vector<Problem> doubts;
  std::vector<std::pair<Tile, Tile>> seams = suspects.seams;
  std::erase_if(seams, [&](const auto& seam) { return !is_near(seam.first) || !is_near(seam.second); });
  find_places(std::move(seams), doubts);
  for (std::vector<Tile> tiles : suspects.twins) {
    std::erase_if(tiles, [&](const Tile& tile) {
      const auto [squares, of_tissue] = squares_of(counted, pitch_um, tile);
      return of_tissue == 0 ||
             static_cast<double>(of_tissue) < kLeastTissueShare * static_cast<double>(squares);
    });
    if (tiles.size() < 2) continue;
    for (std::size_t i = 0; i < std::min(tiles.size(), kMostNamed); ++i) {
      doubts.push_back({ProblemKind::Duplicate,
                        fmt::format("the tile at {} holds the same bytes as {} other tiles with tissue",
                                    at_px(tiles[i]), tiles.size() - 1),
                        tiles[i]});
    }
  }
  sort_once(doubts);
  return doubts;
}

std::vector<Remark> doubt_caveats(const std::vector<Problem>& doubts, const TissueMask& counted,
                                  double pitch_um) {
  std::int64_t places = 0, twins = 0, squares = 0;
  for (const Problem& doubt : doubts) {
    (doubt.kind == ProblemKind::Suspect ? places : twins) += 1;
    if (doubt.kind == ProblemKind::Suspect) squares += squares_of(counted, pitch_um, doubt.where).second;
  }
  std::vector<Remark> caveats;
  if (places > 0) {
    const double area = static_cast<double>(squares) * counted.pitch_um * counted.pitch_um * 1e-6;
    const double percent = counted.area_mm2 > 0 ? std::min(100.0, 100 * area / counted.area_mm2) : 0;
    caveats.push_back(
        {"damaged-tiles",
         fmt::format(
             "{} {} of the scan {} damaged, up to {:.2f} % of the tissue: neighbouring tiles do not fit "
             "together there, as after bits of the file have changed. Look at them, and compare the file "
             "with its archive or copy it again",
             places, places == 1 ? "place" : "places", places == 1 ? "looks" : "look", percent)});
  }
  if (twins > 0) {
    caveats.push_back(
        {"duplicate-tiles",
         fmt::format(
             "{} tiles with tissue hold the same bytes as another: a part of the scan was written twice or "
             "over another part. Compare the file with its archive or copy it again",
             twins)});
  }
  return caveats;
}

}  // namespace annulet
