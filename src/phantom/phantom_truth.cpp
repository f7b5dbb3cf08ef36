#include <algorithm>

#include "annulet/phantom/phantom_slide.hpp"

namespace annulet {
namespace {

// ASCO/CAP 2018 (affirmed 2023), percent of evaluable tumour cells; the floor of "some cells" is 1 % and 10
// cells.
constexpr double kCut = 10, kFloorPercent = 1, kNearCut = 2, kNearFloor = 0.5;
constexpr int kFloorCells = 10;
constexpr double kUnusualFrom = 0.40, kOwnShare = 0.10, kOwnOd = 0.25;  // mi by the cell's own membrane

struct Shares {
  double none, faint, moderate, intense, mi, own_strong;
  int intense_cells, stained_cells;
};

struct Row {
  const char *score, *reason;
};

/// First row that holds with cuts moved by `shift` points and the floor by `floor_shift`.
Row decide(const Shares& s, double shift, double floor_shift, double unusual) {
  const double cut = kCut + shift, floor = kFloorPercent + floor_shift;
  if (s.intense > cut) return {"3+", "intense complete >10%"};
  if (s.intense + s.moderate > cut) return {"2+", "weak-moderate complete >10%"};
  if (s.intense >= floor && s.intense_cells >= kFloorCells) return {"2+", "intense complete in <=10%"};
  if (unusual > cut) return {"2+", "moderate/intense but incomplete >10% (unusual pattern, equivocal)"};
  const double any = s.faint + s.mi + s.moderate + s.intense;
  if (any > cut) return {"1+", "faint incomplete >10%"};
  if (any >= floor && s.stained_cells >= kFloorCells) return {"0", "ultralow (faint incomplete <=10%)"};
  return {"0", "null"};
}

PhantomTruth::Percent percent_of(const std::vector<const PhantomCell*>& cells) {
  PhantomTruth::Percent percent;
  const double one = cells.empty() ? 0 : 100.0 / static_cast<double>(cells.size());
  for (const PhantomCell* cell : cells) {
    double& share = cell->pattern == "none" ? percent.none
                    : cell->pattern == "1+" ? percent.faint
                    : cell->pattern == "2+" ? percent.moderate
                    : cell->pattern == "3+" ? percent.intense
                                            : percent.mi;
    share += one;
  }
  return percent;
}

}  // namespace

PhantomTruth conclude_phantom(const PhantomSlide& slide) {
  PhantomTruth truth;
  std::vector<const PhantomCell*> all, evaluable;
  for (const PhantomCell& cell : slide.cells) {
    if (cell.type != PhantomCellType::Tumour) continue;
    all.push_back(&cell);
    if (cell.evaluable) evaluable.push_back(&cell);
  }
  truth.tumour = static_cast<int>(all.size());
  truth.tumour_evaluable = static_cast<int>(evaluable.size());
  truth.all = percent_of(all);
  truth.evaluable = percent_of(evaluable);
  int intense = 0, stained = 0, own = 0, own_strong = 0;
  for (const PhantomCell* cell : evaluable) {
    intense += cell->pattern == "3+";
    stained += cell->pattern != "none";
    const bool by_itself =
        cell->pattern == "mi" && cell->own_completeness >= kOwnShare && cell->own_od >= kOwnOd;
    own += by_itself;
    own_strong += by_itself && cell->dab_od >= kUnusualFrom;
  }
  const double one = evaluable.empty() ? 0 : 100.0 / static_cast<double>(evaluable.size());
  truth.percent_mi_own = own * one;
  truth.percent_mi_own_strong = own_strong * one;
  if (evaluable.empty() || slide.recipe.chromogen != "dab") {
    truth.expected_reason = "not-applicable";
    truth.acceptable = {"None"};
    return truth;
  }
  const PhantomTruth::Percent& p = truth.evaluable;
  const Shares shares{p.none,  p.faint, p.moderate, p.intense, p.mi, truth.percent_mi_own_strong,
                      intense, stained};
  const Row row = decide(shares, 0, 0, shares.own_strong);
  truth.expected_score = row.score;
  truth.expected_reason = row.reason;
  if (truth.expected_score == "0") truth.zero_kind = std::string(row.reason) == "null" ? "null" : "ultralow";
  for (const double shift : {-kNearCut, 0.0, kNearCut}) {
    for (const double floor : {-kNearFloor, 0.0, kNearFloor}) {
      for (const double unusual : {shares.own_strong, shares.mi}) {
        const std::string score = decide(shares, shift, floor, unusual).score;
        if (std::find(truth.acceptable.begin(), truth.acceptable.end(), score) == truth.acceptable.end())
          truth.acceptable.push_back(score);
      }
    }
  }
  std::sort(truth.acceptable.begin(), truth.acceptable.end());
  return truth;
}

}  // namespace annulet
