#include "annulet/pipeline/second_population.hpp"

#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

namespace annulet {
namespace {

struct Square {
  std::int64_t row = 0, column = 0;
  friend auto operator<=>(const Square&, const Square&) = default;
};

std::map<Square, Tally> tally_squares(const CellTable& cells, const GradedTable& graded,
                                      const Grading& grading) {
  std::map<Square, GradedTable> parts;
  constexpr std::int64_t kEdge = std::int64_t{kPopulationSquareUm} * kMicroUnits;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (graded[i].kind == CellKind::Tumour)
      parts[{cells[i].y / kEdge, cells[i].x / kEdge}].push_back(graded[i]);
  }
  std::map<Square, Tally> tallies;
  for (const auto& [square, part] : parts) tallies[square] = count(part, grading);
  return tallies;
}

/// Score of each square with its neighbours; squares with too few cells around them have none.
std::map<Square, Score> score_squares(const std::map<Square, Tally>& tallies, const Guideline& guideline) {
  std::map<Square, Score> scores;
  for (const auto& [square, own] : tallies) {
    Tally around;
    for (std::int64_t dy = -1; dy <= 1; ++dy) {
      for (std::int64_t dx = -1; dx <= 1; ++dx) {
        const auto found = tallies.find({square.row + dy, square.column + dx});
        if (found != tallies.end()) around.merge(found->second);
      }
    }
    if (around.measurable_tumour() < kFewestPopulationCells) continue;
    if (const auto score = guideline.decide(around, {}, {}).score) scores[square] = *score;
  }
  return scores;
}

/// Tally of the squares connected to `start` that share its score; they leave `open`.
Tally grow(const Square start, const std::map<Square, Score>& scores, const std::map<Square, Tally>& tallies,
           std::set<Square>& open) {
  Tally population;
  std::vector<Square> queue{start};
  open.erase(start);
  while (!queue.empty()) {
    const Square at = queue.back();
    queue.pop_back();
    population.merge(tallies.at(at));
    for (const auto& [dy, dx] : {std::pair{-1, 0}, {1, 0}, {0, -1}, {0, 1}}) {
      const Square next{at.row + dy, at.column + dx};
      if (open.contains(next) && scores.at(next) == scores.at(start)) {
        open.erase(next);
        queue.push_back(next);
      }
    }
  }
  return population;
}

}  // namespace

std::optional<Remark> second_population(const CellTable& cells, const GradedTable& graded,
                                        const Grading& grading, const Guideline& guideline,
                                        const Verdict& whole) {
  if (!whole.score) return std::nullopt;
  const std::map<Square, Tally> tallies = tally_squares(cells, graded, grading);
  const std::map<Square, Score> scores = score_squares(tallies, guideline);
  Tally all;
  for (const auto& [square, tally] : tallies) all.merge(tally);
  // A guideline that judges clusters of touching cells says nothing of a tally alone.
  if (guideline.decide(all, {}, {}).score != whole.score) return std::nullopt;
  const std::uint64_t total = all.measurable_tumour();
  std::set<Square> open;
  for (const auto& [square, score] : scores) open.insert(square);
  std::uint64_t largest = 0;
  Score other{};
  while (!open.empty()) {
    const Tally population = grow(*open.begin(), scores, tallies, open);
    const std::uint64_t n = population.measurable_tumour();
    if (n < kFewestPopulationCells || n * 100 <= total * kPopulationPercent || n <= largest) continue;
    // The squares' scores come from their surroundings: the population's own cells must say the same.
    const auto score = guideline.decide(population, {}, {}).score;
    if (!score || *score == *whole.score) continue;
    largest = n;
    other = *score;
  }
  if (largest == 0) return std::nullopt;
  const double percent = 100.0 * static_cast<double>(largest) / static_cast<double>(total);
  return Remark{"second-population",
                fmt::format("a contiguous {:.1f} % of the tumour cells reads {} on its own; the "
                            "whole slide, with the remaining {:.1f} %, reads {}: evaluate them separately",
                            percent, name(other), 100 - percent, name(*whole.score))};
}

}  // namespace annulet
