#include <set>

#include "annulet/phantom/phantom_slide.hpp"

namespace annulet {
namespace {

// ASCO/CAP 2018 (affirmed 2023), percent of evaluable tumour cells; the floor of "some cells" is 1 % and 10
// cells.
constexpr double kCut = 10, kFloorPercent = 1, kNearCut = 2, kNearFloor = 0.5;
constexpr int kFloorCells = 10;
constexpr double kUnusualFrom = 0.40, kOwnShare = 0.10, kOwnOd = 0.25;  // mi by the cell's own membrane

/// Numbers of evaluable tumour cells by pattern. Shares are taken from whole numbers, so that a cut is met
/// exactly.
struct Counts {
  int of, faint, moderate, intense, mi, own_strong;
  double percent(int cells) const { return 100.0 * cells / of; }
};

struct Row {
  const char *score, *reason;
};

/// First row that holds with cuts moved by `shift` points and the floor by `floor_shift`.
Row decide(const Counts& n, double shift, double floor_shift, int unusual) {
  const double cut = kCut + shift, floor = kFloorPercent + floor_shift;
  if (n.percent(n.intense) > cut) return {"3+", "intense complete >10%"};
  if (n.percent(n.intense + n.moderate) > cut) return {"2+", "weak-moderate complete >10%"};
  if (n.percent(n.intense) >= floor && n.intense >= kFloorCells) return {"2+", "intense complete in <=10%"};
  if (n.percent(unusual) > cut) {
    return {"2+", "moderate/intense but incomplete >10% (unusual pattern, equivocal)"};
  }
  const int any = n.faint + n.mi + n.moderate + n.intense;
  if (n.percent(any) > cut) return {"1+", "faint incomplete >10%"};
  if (n.percent(any) >= floor && any >= kFloorCells) return {"0", "ultralow (faint incomplete <=10%)"};
  return {"0", "null"};
}

Counts count(const std::vector<const PhantomCell*>& cells) {
  Counts n{static_cast<int>(cells.size()), 0, 0, 0, 0, 0};
  for (const PhantomCell* cell : cells) {
    n.faint += cell->pattern == "1+";
    n.moderate += cell->pattern == "2+";
    n.intense += cell->pattern == "3+";
    n.mi += cell->pattern == "mi";
  }
  return n;
}

PhantomTruth::Percent percent_of(const Counts& n) {
  if (n.of == 0) return {};
  return {n.percent(n.of - n.faint - n.moderate - n.intense - n.mi), n.percent(n.faint),
          n.percent(n.moderate), n.percent(n.intense), n.percent(n.mi)};
}

/// Every score that a cut moved by the tolerance, or counting borrowed walls as well, would give.
std::vector<std::string> acceptable_scores(const Counts& n) {
  std::set<std::string> scores;
  for (const double shift : {-kNearCut, 0.0, kNearCut}) {
    for (const double floor : {-kNearFloor, 0.0, kNearFloor}) {
      for (const int unusual : {n.own_strong, n.mi}) scores.insert(decide(n, shift, floor, unusual).score);
    }
  }
  return {scores.begin(), scores.end()};
}

}  // namespace

PhantomTruth conclude_phantom(const PhantomSlide& slide) {
  PhantomTruth truth;
  std::vector<const PhantomCell*> all, evaluable;
  for (const PhantomCell& cell : slide.cells) {
    if (cell.type != PhantomCellType::Tumour || is_control(cell)) continue;
    all.push_back(&cell);
    if (cell.evaluable) evaluable.push_back(&cell);
  }
  Counts counts = count(evaluable);
  truth.tumour = static_cast<int>(all.size());
  truth.tumour_evaluable = counts.of;
  truth.all = percent_of(count(all));
  truth.evaluable = percent_of(counts);
  int own = 0;
  for (const PhantomCell* cell : evaluable) {
    const bool by_itself =
        cell->pattern == "mi" && cell->own_completeness >= kOwnShare && cell->own_od >= kOwnOd;
    own += by_itself;
    counts.own_strong += by_itself && cell->dab_od >= kUnusualFrom;
  }
  if (counts.of > 0) {
    truth.percent_mi_own = counts.percent(own);
    truth.percent_mi_own_strong = counts.percent(counts.own_strong);
  }
  if (counts.of == 0 || slide.recipe.chromogen != "dab") {
    truth.expected_reason = "not-applicable";
    truth.acceptable = {"None"};
    return truth;
  }
  const Row row = decide(counts, 0, 0, counts.own_strong);
  truth.expected_score = row.score;
  truth.expected_reason = row.reason;
  if (truth.expected_score == "0") truth.zero_kind = truth.expected_reason == "null" ? "null" : "ultralow";
  truth.acceptable = acceptable_scores(counts);
  return truth;
}

}  // namespace annulet
