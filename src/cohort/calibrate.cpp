#include "annulet/cohort/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "cohort/fit_search.hpp"
#include "cohort/graded_grid.hpp"

namespace annulet {
namespace {

using cohort::CrossValidation;
using cohort::CutGrid;
using cohort::FitSearch;
using cohort::SearchSlide;

// docs/science/calibrate.md
constexpr std::size_t kFolds = 10;
constexpr std::size_t kFewestOnEachSide = 5;  ///< cases that a cut parts: fewer say nothing of where it lies
constexpr std::uint64_t kDivision = 1, kOtherDivisions = 4;
constexpr std::uint64_t kBootstrapSeed = 2018;

/// Slides by case, the cases in order of their names.
struct Cases {
  std::vector<std::size_t> of_slide;  ///< index of the case
  std::vector<int> label;             ///< the highest of the case
  std::vector<std::size_t> slides;    ///< how many
  std::size_t size() const { return label.size(); }
};

Cases find_cases(const std::vector<CalibrationSlide>& slides) {
  std::map<std::pair<std::string, std::string>, std::size_t> index;
  const auto key = [](const CalibrationSlide& slide) {
    return std::pair(slide.case_id, slide.case_id.empty() ? slide.name : std::string());
  };
  for (const CalibrationSlide& slide : slides) index[key(slide)] = 0;
  std::size_t next = 0;
  for (auto& [name, number] : index) number = next++;
  Cases cases{{}, std::vector<int>(next, 0), std::vector<std::size_t>(next, 0)};
  for (const CalibrationSlide& slide : slides) {
    const std::size_t at = index[key(slide)];
    cases.of_slide.push_back(at);
    cases.label[at] = std::max(cases.label[at], static_cast<int>(slide.label));
    ++cases.slides[at];
  }
  return cases;
}

/// What keeps a cut-off as it is; empty where the labels speak of it.
std::string why_not_fitted(std::size_t cut, const std::array<std::size_t, kScoreCount>& by_label) {
  // The least score above the cut: what the cut parts the scores at.
  constexpr std::array<std::size_t, kCutOffs> kFirstAbove{1, 2, 3, 2};
  constexpr std::array<const char*, kScoreCount> kBelow{"", "0", "0 or 1+", "less than 3+"},
      kAbove{"", "1+ or more", "2+ or 3+", "3+"};
  const std::size_t above = kFirstAbove[cut];
  std::size_t low = 0, high = 0;
  for (std::size_t label = 0; label < by_label.size(); ++label)
    (label < above ? low : high) += by_label[label];
  if (low >= kFewestOnEachSide && high >= kFewestOnEachSide) return "";
  return fmt::format("{} cases are {} and {} are {}: at least {} of each are needed to say where it lies",
                     low, kBelow[above], high, kAbove[above], kFewestOnEachSide);
}

void check(const Cases& cases, const CalibrationSettings& settings) {
  if (cases.size() < kFewestCalibrationCases)
    throw Error(
        Code::Usage,
        fmt::format("{} cases have a reader's score and a score of the program; at least {} are needed to "
                    "fit cut-offs: add cases, or keep '{}' and let annulet agree show how it does",
                    cases.size(), kFewestCalibrationCases, settings.base.id));
  if (std::all_of(cases.label.begin(), cases.label.end(), [&](int label) { return label == cases.label[0]; }))
    throw Error(Code::Usage, fmt::format("every case is {}: cut-offs can be fitted only to cases of several "
                                         "scores; add cases of the others",
                                         name(static_cast<Score>(cases.label[0]))));
  const Guideline& guideline = settings.guideline;
  if (!guideline.deciding_row(std::vector<std::uint64_t>(guideline.row_facts().size()), 1))
    throw Error(Code::Usage,
                "the guideline '" + guideline.id() +
                    "' judges cells that touch: calibrate fits to guidelines that compare shares; fit "
                    "with --guideline asco-cap-breast-2018 or gastric-2016-resection");
}

/// Scores against labels of slides.
class Confusion {
 public:
  void add(std::optional<Score> score, Score label, std::uint64_t times) {
    if (score)
      counts_[static_cast<std::size_t>(*score) * kScoreCount + static_cast<std::size_t>(label)] += times;
  }
  /// Quadratically weighted; 0 where chance alone would agree.
  double kappa_or_0() const {
    static const std::vector<std::uint64_t> kWeights =
        disagreement_weights(KappaWeights::Quadratic, kScoreCount);
    return kappa(counts_, kWeights).value_or(0);
  }

 private:
  std::array<std::uint64_t, std::size_t{kScoreCount} * kScoreCount> counts_{};
};

class Fitting {
 public:
  Fitting(const std::vector<CalibrationSlide>& slides, const LoadCalibrationCells& load,
          const CalibrationSettings& settings)
      : slides_(slides), load_(load), settings_(settings), cases_(find_cases(slides)) {
    check(cases_, settings);
    result_.cases = cases_.size();
    result_.folds = kFolds;
    for (const int label : cases_.label) ++result_.cases_by_label[static_cast<std::size_t>(label)];
    result_.slides.resize(slides.size());
  }

  Calibration run() {
    const CutGrid grid(settings_.base, choose_free());
    const std::vector<SearchSlide> searched = grade_all(grid);
    search(grid, searched);
    describe_cuts(grid, searched);
    grade_chosen();
    measure();
    return std::move(result_);
  }

 private:
  std::array<bool, kCutOffs> choose_free() {
    std::array<bool, kCutOffs> free{};
    for (std::size_t cut = 0; cut < kCutOffs; ++cut) {
      result_.cuts[cut].why_not = why_not_fitted(cut, result_.cases_by_label);
      free[cut] = result_.cuts[cut].free = result_.cuts[cut].why_not.empty();
    }
    return free;
  }

  void tell(const char* stage, std::size_t done, std::size_t total) const {
    if (settings_.progress) settings_.progress(stage, done, total);
  }

  std::vector<SearchSlide> grade_all(const CutGrid& grid) {
    std::vector<SearchSlide> searched;
    for (std::size_t s = 0; s < slides_.size(); ++s) {
      tell("grade", s, slides_.size());
      const CalibrationCells cells = load_(s);
      const std::size_t at = cases_.of_slide[s];
      SearchSlide slide{
          cohort::scores_under(cells, grid, settings_.base, settings_.guideline, settings_.over),
          static_cast<std::uint8_t>(slides_[s].label), at, 1 / static_cast<double>(cases_.slides[at])};
      if (slide.scores.empty())
        throw Error(Code::Corrupt,
                    "'" + slides_[s].name +
                        "': no tumour cell of it can be judged, and yet it was scored; score it again");
      result_.slides[s].before = static_cast<Score>(slide.scores[grid.base()]);
      searched.push_back(std::move(slide));
    }
    return searched;
  }

  void search(const CutGrid& grid, const std::vector<SearchSlide>& searched) {
    const FitSearch search(grid, searched);
    tell("fit", 0, kOtherDivisions + 1);
    const std::vector<std::size_t> fold = cohort::deal_cases(cases_.label, kFolds, kDivision);
    const FitSearch::Fit fit = search.fit(fold, kFolds);
    const CrossValidation folds = search.cross_validate(fold, kFolds);
    result_.before = grid.at(grid.base());
    result_.after = grid.at(fit.index);
    result_.pull = fit.pull;
    for (const std::size_t index : folds.chosen) result_.fold_cuts.push_back(grid.at(index));
    for (std::size_t s = 0; s < slides_.size(); ++s) result_.slides[s].fold = fold[cases_.of_slide[s]];
    divide_otherwise(search);
  }

  void divide_otherwise(const FitSearch& search) {
    for (std::uint64_t k = 1; k <= kOtherDivisions; ++k) {
      tell("fit", k, kOtherDivisions + 1);
      const CrossValidation other =
          search.cross_validate(cohort::deal_cases(cases_.label, kFolds, kDivision + k), kFolds);
      Confusion confusion;
      for (std::size_t s = 0; s < slides_.size(); ++s)
        confusion.add(static_cast<Score>(other.out_of_fold[s]), slides_[s].label, 1);
      const double kappa = confusion.kappa_or_0();
      double &low = result_.kappa_other_divisions_low, &high = result_.kappa_other_divisions_high;
      low = k == 1 ? kappa : std::min(low, kappa);
      high = k == 1 ? kappa : std::max(high, kappa);
    }
  }

  void describe_cuts(const CutGrid& grid, const std::vector<SearchSlide>& searched) {
    const std::array<int, kCutOffs> before = values(result_.before), after = values(result_.after);
    for (std::size_t cut = 0; cut < kCutOffs; ++cut) {
      FittedCut& fitted = result_.cuts[cut];
      fitted.before = before[cut];
      fitted.after = after[cut];
      fitted.lowest = grid.axis(cut).front();
      fitted.highest = grid.axis(cut).back();
      fitted.fold_lowest = fitted.fold_highest = values(result_.fold_cuts.front())[cut];
      for (const CutOffs& fold : result_.fold_cuts) {
        fitted.fold_lowest = std::min(fitted.fold_lowest, values(fold)[cut]);
        fitted.fold_highest = std::max(fitted.fold_highest, values(fold)[cut]);
      }
      fitted.depending = slides_depending(grid, searched, cut);
    }
  }

  /// Slides whose score changes somewhere along the axis, the other cut-offs as they were.
  std::size_t slides_depending(const CutGrid& grid, const std::vector<SearchSlide>& searched,
                               std::size_t cut) const {
    std::size_t stride = 1;
    for (std::size_t later = cut + 1; later < kCutOffs; ++later) stride *= grid.axis(later).size();
    const std::size_t length = grid.axis(cut).size();
    const std::size_t first = grid.base() - grid.base() / stride % length * stride;
    return static_cast<std::size_t>(
        std::count_if(searched.begin(), searched.end(), [&](const SearchSlide& slide) {
          for (std::size_t i = 0; i < length; ++i) {
            if (slide.scores[first + i * stride] != slide.scores[grid.base()]) return true;
          }
          return false;
        }));
  }

  /// What is reported is graded like any slide is, not looked up in the search's tables.
  void grade_chosen() {
    for (std::size_t s = 0; s < slides_.size(); ++s) {
      tell("check", s, slides_.size());
      CalibratedSlide& slide = result_.slides[s];
      const CutOffs& chosen = result_.fold_cuts[slide.fold];
      slide.out_of_fold = slide.after = slide.before;
      if (chosen == result_.before && result_.after == result_.before) continue;
      const CalibrationCells cells = load_(s);
      const auto score = [&](const CutOffs& cuts) {
        return cohort::score_under(cells, with_cut_offs(settings_.base, cuts), settings_.guideline,
                                   settings_.over);
      };
      slide.out_of_fold = score(chosen);
      slide.after = chosen == result_.after ? slide.out_of_fold : score(result_.after);
    }
  }

  Agreement agreement_of(std::optional<Score> CalibratedSlide::*score) const {
    std::vector<ReadingPair> pairs;
    for (std::size_t s = 0; s < slides_.size(); ++s)
      pairs.push_back(
          {slides_[s].name, slides_[s].case_id, {result_.slides[s].*score, ""}, {slides_[s].label, ""}});
    return agreement(pairs);
  }

  void measure() {
    result_.agreement_before = agreement_of(&CalibratedSlide::before);
    result_.agreement_out_of_fold = agreement_of(&CalibratedSlide::out_of_fold);
    result_.agreement_after = agreement_of(&CalibratedSlide::after);
    const auto kappa_of = [](const Agreement& agreement) {
      return agreement.quadratic_kappa.value.value_or(0);
    };
    result_.kappa_gain = kappa_of(result_.agreement_out_of_fold) - kappa_of(result_.agreement_before);
    result_.kappa_gain_95 = draw_gains();
    const auto& kappa_95 = result_.agreement_out_of_fold.quadratic_kappa.bootstrap;
    result_.helps =
        result_.after != result_.before && result_.kappa_gain_95.low > 0 && kappa_95 && kappa_95->low > 0;
  }

  /// Cases are drawn anew, each with all its slides and both of their scores.
  Interval draw_gains() const {
    Random random(kBootstrapSeed);
    std::vector<double> gains;
    for (int r = 0; r < kAgreementReplicates; ++r) {
      std::vector<std::uint64_t> times(cases_.size(), 0);
      for (std::size_t i = 0; i < cases_.size(); ++i) ++times[random.below(cases_.size())];
      Confusion before, after;
      for (std::size_t s = 0; s < slides_.size(); ++s) {
        before.add(result_.slides[s].before, slides_[s].label, times[cases_.of_slide[s]]);
        after.add(result_.slides[s].out_of_fold, slides_[s].label, times[cases_.of_slide[s]]);
      }
      gains.push_back(after.kappa_or_0() - before.kappa_or_0());
    }
    std::sort(gains.begin(), gains.end());
    constexpr std::size_t kTail = (kAgreementReplicates + 1) / 40;  // 2.5 %
    return {gains[kTail - 1], gains[gains.size() - kTail]};
  }

  const std::vector<CalibrationSlide>& slides_;
  const LoadCalibrationCells& load_;
  const CalibrationSettings& settings_;
  Cases cases_;
  Calibration result_;
};

}  // namespace

std::array<int, kCutOffs> values(const CutOffs& cuts) {
  return {cuts.visible_od, cuts.faint_od, cuts.intense_od, cuts.complete_share};
}

CutOffs cut_offs_of(const Grading& grading) {
  return {grading.visible_od, grading.faint_od, grading.intense_od, grading.complete_share};
}

Grading with_cut_offs(Grading grading, const CutOffs& cuts) {
  grading.visible_od = cuts.visible_od;
  grading.faint_od = cuts.faint_od;
  grading.intense_od = cuts.intense_od;
  grading.complete_share = cuts.complete_share;
  return grading;
}

Calibration calibrate(const std::vector<CalibrationSlide>& slides, const LoadCalibrationCells& load,
                      const CalibrationSettings& settings) {
  return Fitting(slides, load, settings).run();
}

}  // namespace annulet
