// What if a cut-off stood elsewhere? Cells change their pattern only where the cut passes their own value, so
// that the tally follows the cut from step to step. Only whose wall a strong incomplete cell bears is not
// known without a new look at its neighbours: where both answers give one score it is not asked.
#include <algorithm>
#include <array>
#include <cstdint>
#include <mutex>

#include "annulet/pipeline/doubt.hpp"

namespace annulet {
namespace {

using Cut = int Grading::*;
using Value = std::uint16_t GradedCell::*;

/// A cut-off, the value of a cell that it cuts, and the cuts between which it must stay.
struct CutOff {
  const char* name;
  Cut cut;
  Value value;
  Cut above, below;      // nullptr: 0, and kHighest
  bool moves_borrowing;  // whose wall is borrowed is judged by this cut too
};
constexpr int kHighestShare = 1000;

constexpr std::array<CutOff, 6> kCutOffs{{
    {"stained_share", &Grading::stained_share, &GradedCell::completeness, nullptr, &Grading::complete_share,
     false},
    {"complete_share", &Grading::complete_share, &GradedCell::completeness, &Grading::stained_share, nullptr,
     true},
    {"faint_od", &Grading::faint_od, &GradedCell::strength_od, nullptr, &Grading::moderate_od, true},
    {"moderate_od", &Grading::moderate_od, &GradedCell::strength_od, &Grading::faint_od, &Grading::intense_od,
     false},
    {"intense_od", &Grading::intense_od, &GradedCell::strength_od, &Grading::moderate_od, nullptr, false},
    {"reactive_arc", &Grading::reactive_arc, &GradedCell::longest_arc, nullptr, nullptr, true},
}};
constexpr int kRidgeGrain = 10;  // 1/1000 OD: CellRow::ridge is 1/100 OD
constexpr int kExactEvery = 50;  // steps between looks at the neighbours, where these decide

std::uint64_t strong_incomplete(const Tally& tally) {
  const auto& incomplete = tally.measurable[static_cast<std::size_t>(CellKind::Tumour)][1];
  std::uint64_t sum = 0;
  for (const auto& arc : incomplete) {
    for (std::size_t s = 2; s < arc.size(); ++s) sum += arc[s];
  }
  return sum;
}

class Search {
 public:
  Search(const Evidence& evidence, const OverRanges& over)
      : evidence_(evidence), over_(over), score_(row(row_of(evidence.tally)).score) {
    kinds_.reserve(evidence.graded.size());
    for (const GradedCell& cell : evidence.graded) kinds_.push_back(cell.kind);
  }
  Flip shift(const CutOff& cut_off) const;
  Flip shift_visible() const;

 private:
  const Guideline::RowFacts& row(std::size_t index) const { return evidence_.guideline.row_facts()[index]; }
  std::size_t row_of(const Tally& tally) const {
    return evidence_.guideline.deciding_row(evidence_.guideline.row_counts(tally), tally.measurable_tumour())
        .value_or(0);
  }
  /// The deciding row whatever is borrowed of the strong incomplete cells; nothing where that matters.
  std::optional<std::size_t> row_between(Tally tally, std::uint64_t least, std::uint64_t most) const {
    tally.borrowed_strong_incomplete = least;
    const std::size_t one = row_of(tally);
    tally.borrowed_strong_incomplete = most;
    const std::size_t other = row_of(tally);
    return row(one).score == row(other).score ? std::optional(one) : std::nullopt;
  }
  /// The deciding row after grading anew.
  std::size_t exact_row(const Grading& grading, int visible_od) const {
    return row_of(count(grade_table(evidence_.cells, kinds_, grading, visible_od, over_), grading));
  }
  /// The same with what was measured at the visible cut in force.
  std::size_t exact_row(const Grading& grading) const;
  bool flips(std::size_t deciding) const { return row(deciding).score != score_; }
  struct Found {
    int at;
    std::size_t row;
  };
  std::optional<Found> walk(const CutOff& cut_off, int limit) const;
  std::optional<Found> between(const CutOff& cut_off, int same, int other) const;
  std::vector<Tally> tallies_at(const std::vector<int>& visible_ods) const;
  void finish(Flip& flip, const std::optional<Found>& down, const std::optional<Found>& up) const;

  const Evidence& evidence_;
  const OverRanges& over_;
  Score score_;
  std::vector<CellKind> kinds_;
};

std::size_t Search::exact_row(const Grading& grading) const {
  GradedTable graded = evidence_.graded;
  over_(graded.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      GradedCell& cell = graded[i];
      if (cell.pattern != Pattern::Unmeasurable) cell.pattern = pattern_of(cell, grading);
      cell.borrowed = false;
    }
  });
  over_(graded.size(), [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
      GradedCell& cell = graded[i];
      if (cell.kind == CellKind::Tumour && cell.pattern == Pattern::ModerateOrStrongIncomplete &&
          cell.strength_od >= grading.moderate_od)
        cell.borrowed = is_borrowed(evidence_.cells, graded, i, grading, evidence_.visible_od);
    }
  });
  return row_of(count(graded, grading));
}

/// Measurable tumour cells by their value, where it lies in [low, high).
class ByValue {
 public:
  ByValue(const GradedTable& graded, Value value, int low, int high)
      : low_(low), starts_(static_cast<std::size_t>(high - low) + 1, 0) {
    const auto each = [&](auto&& use) {
      for (std::size_t i = 0; i < graded.size(); ++i) {
        const int v = graded[i].*value;
        if (is_judged(graded[i]) && v >= low && v < high) use(static_cast<std::size_t>(v - low), i);
      }
    };
    each([&](std::size_t v, std::size_t) { ++starts_[v + 1]; });
    for (std::size_t v = 1; v < starts_.size(); ++v) starts_[v] += starts_[v - 1];
    cells_.resize(starts_.back());
    std::vector<std::size_t> next = starts_;
    each([&](std::size_t v, std::size_t i) { cells_[next[v]++] = static_cast<std::uint32_t>(i); });
  }
  std::span<const std::uint32_t> at(int value) const {
    const auto v = static_cast<std::size_t>(value - low_);
    return std::span(cells_).subspan(starts_[v], starts_[v + 1] - starts_[v]);
  }

 private:
  int low_;
  std::vector<std::size_t> starts_;
  std::vector<std::uint32_t> cells_;
};

/// The first value from the cut in force towards `limit` with another score.
std::optional<Search::Found> Search::walk(const CutOff& cut_off, int limit) const {
  const int in_force = evidence_.grading.*cut_off.cut, step = limit < in_force ? -1 : 1;
  const ByValue cells(evidence_.graded, cut_off.value, std::min(limit, in_force), std::max(limit, in_force));
  Grading grading = evidence_.grading;
  Tally tally = evidence_.tally;
  std::uint64_t unasked = 0;  // strong incomplete cells that were of another pattern
  int same = in_force;        // where the score was last known to be the same
  for (int at = in_force; at != limit;) {
    const Grading before_step = grading;
    const std::span<const std::uint32_t> passed = cells.at(step > 0 ? at : at - 1);
    at += step;
    grading.*cut_off.cut = at;
    for (const std::uint32_t i : passed) {
      GradedCell cell = evidence_.graded[i];
      const bool asked = cell.pattern == Pattern::ModerateOrStrongIncomplete;
      cell.pattern = pattern_of(cell, before_step);
      add_to_tally(cell, before_step, -1, tally);
      cell.pattern = pattern_of(cell, grading);
      add_to_tally(cell, grading, 1, tally);
      const bool counts =
          cell.pattern == Pattern::ModerateOrStrongIncomplete && cell.strength_od >= grading.moderate_od;
      if (!asked && counts) ++unasked;
    }
    if (passed.empty() && !cut_off.moves_borrowing) continue;
    const std::uint64_t known = tally.borrowed_strong_incomplete, all = strong_incomplete(tally);
    const auto deciding = cut_off.moves_borrowing ? row_between(tally, 0, all)
                                                  : row_between(tally, known, std::min(known + unasked, all));
    if (deciding && flips(*deciding))
      return same == at - step ? Found{at, *deciding} : between(cut_off, same, at);
    if (!deciding) {
      if ((at - in_force) % kExactEvery != 0 && at != limit) continue;
      if (flips(exact_row(grading))) return between(cut_off, same, at);
    }
    same = at;
  }
  return std::nullopt;
}

/// The score is the same at `same` and another at `other`: where it changes, by halving.
std::optional<Search::Found> Search::between(const CutOff& cut_off, int same, int other) const {
  Grading grading = evidence_.grading;
  const auto row_at = [&](int value) {
    grading.*cut_off.cut = value;
    return exact_row(grading);
  };
  std::size_t deciding = row_at(other);
  while (std::abs(other - same) > 1) {
    const int middle = (same + other) / 2;
    const std::size_t there = row_at(middle);
    if (flips(there)) {
      other = middle;
      deciding = there;
    } else {
      same = middle;
    }
  }
  return Found{other, deciding};
}

void Search::finish(Flip& flip, const std::optional<Found>& down, const std::optional<Found>& up) const {
  const bool lower = down && (!up || flip.in_force - down->at <= up->at - flip.in_force);
  const std::optional<Found>& nearest = lower ? down : up;
  if (!nearest) return;
  flip.flips_at = nearest->at;
  flip.other_score = row(nearest->row).score;
  flip.row = row(nearest->row).id;
}

Flip Search::shift(const CutOff& cut_off) const {
  const Grading& grading = evidence_.grading;
  const int in_force = grading.*cut_off.cut;
  int lowest = in_force - in_force / 2, highest = in_force + in_force / 2;
  if (cut_off.above != nullptr) lowest = std::max(lowest, grading.*cut_off.above + 1);
  if (cut_off.below != nullptr) highest = std::min(highest, grading.*cut_off.below - 1);
  if (cut_off.value != &GradedCell::strength_od) highest = std::min(highest, kHighestShare);
  Flip flip{cut_off.name, in_force, std::min(lowest, in_force), std::max(highest, in_force), {}, {}, {}};
  const std::optional<Found> down = walk(cut_off, flip.lowest);
  const int nearer = down ? std::min(flip.highest, 2 * in_force - down->at) : flip.highest;
  finish(flip, down, walk(cut_off, nearer));
  return flip;
}

/// All rings measured anew at each of the visible cuts; whose walls are borrowed is not asked. A table of
/// cells is larger than any cache: it is read once for all cuts.
std::vector<Tally> Search::tallies_at(const std::vector<int>& visible_ods) const {
  std::vector<Tally> tallies(visible_ods.size());
  std::mutex adding;
  over_(evidence_.graded.size(), [&](std::size_t first, std::size_t last) {
    std::vector<Tally> part(visible_ods.size());
    for (std::size_t i = first; i < last; ++i) {
      if (!is_judged(evidence_.graded[i])) continue;
      for (std::size_t k = 0; k < part.size(); ++k) {
        GradedCell cell = grade_for_tally(evidence_.cells[i], evidence_.grading, visible_ods[k]);
        cell.kind = CellKind::Tumour;
        add_to_tally(cell, evidence_.grading, 1, part[k]);
      }
    }
    const std::lock_guard lock(adding);
    for (std::size_t k = 0; k < part.size(); ++k) tallies[k].merge(part[k]);
  });
  return tallies;
}

Flip Search::shift_visible() const {
  const int in_force = evidence_.visible_od, steps = in_force / 2 / kRidgeGrain;
  Flip flip{"visible_od", in_force, in_force - steps * kRidgeGrain, in_force + steps * kRidgeGrain, {},
            {},           {}};
  std::vector<int> cuts;  // down and up in turn, the nearest first
  for (int k = 1; k <= steps; ++k)
    cuts.insert(cuts.end(), {in_force - k * kRidgeGrain, in_force + k * kRidgeGrain});
  const std::vector<Tally> tallies = tallies_at(cuts);
  const auto look = [&](std::size_t at) -> std::optional<Found> {
    auto deciding = row_between(tallies[at], 0, strong_incomplete(tallies[at]));
    if (!deciding) deciding = exact_row(evidence_.grading, cuts[at]);
    return flips(*deciding) ? std::optional(Found{cuts[at], *deciding}) : std::nullopt;
  };
  for (std::size_t at = 0; at < cuts.size(); at += 2) {
    const auto down = look(at), up = look(at + 1);
    if (!down && !up) continue;
    finish(flip, down, up);
    break;
  }
  return flip;
}

/// By the shift relative to the cut; those without a flip last.
bool nearer(const Flip& a, const Flip& b) {
  if (a.flips_at.has_value() != b.flips_at.has_value()) return a.flips_at.has_value();
  if (!a.flips_at) return false;
  return std::int64_t{std::abs(*a.flips_at - a.in_force)} * b.in_force <
         std::int64_t{std::abs(*b.flips_at - b.in_force)} * a.in_force;
}

}  // namespace

std::vector<Flip> find_flips(const Evidence& evidence, const OverRanges& over) {
  const std::vector<std::uint64_t> counts = evidence.guideline.row_counts(evidence.tally);
  if (!evidence.guideline.deciding_row(counts, 1)) return {};
  const Search search(evidence, over);
  std::vector<Flip> list{search.shift_visible()};
  for (const CutOff& cut_off : kCutOffs) list.push_back(search.shift(cut_off));
  std::stable_sort(list.begin(), list.end(), nearer);
  return list;
}

}  // namespace annulet
