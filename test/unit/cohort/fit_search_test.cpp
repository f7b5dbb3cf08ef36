#include "cohort/fit_search.hpp"

#include "made_cohort.hpp"
#include "support/catch.hpp"

using namespace annulet;
using cohort::CutGrid;
using cohort::FitSearch;
using cohort::SearchSlide;

namespace {

constexpr std::size_t kFolds = 10;

/// Slides that are 3+ below and 2+ from a value of intense_od on.
struct Turning {
  int at;
  Score label;
  std::size_t count;
};

struct Searched {
  explicit Searched(const CutGrid& over) : grid(over) {}
  void add(const Turning& turning) {
    for (std::size_t k = 0; k < turning.count; ++k) {
      SearchSlide slide{std::vector<std::uint8_t>(grid.size()), static_cast<std::uint8_t>(turning.label),
                        slides.size(), 1};
      for (std::size_t i = 0; i < grid.size(); ++i)
        slide.scores[i] = grid.at(i).intense_od < turning.at ? 3 : 2;
      slides.push_back(slide);
    }
  }
  FitSearch::Fit fit() const {
    std::vector<int> labels;
    for (const SearchSlide& slide : slides) labels.push_back(slide.label);
    return FitSearch(grid, slides).fit(cohort::deal_cases(labels, kFolds, 1), kFolds);
  }
  const CutGrid& grid;
  std::vector<SearchSlide> slides;
};

CutGrid intense_grid(int base) {
  return CutGrid(with_cut_offs(plain_grading(), {100, 250, base, 850}), {false, false, true, false});
}

}  // namespace

TEST_CASE(
    "of values that agree as well the one well inside is taken, not the end where the next slide turns") {
  const CutGrid grid = intense_grid(450);
  Searched searched(grid);
  searched.add({500, Score::Two, 20});
  searched.add({720, Score::Three, 20});
  const int found = grid.at(searched.fit().index).intense_od;
  CHECK(found >= 530);  // 510 is the first that agrees
  CHECK(found <= 650);  // and no farther from the base than need be
}

TEST_CASE("one slide does not move a cut-off far, ten do") {
  const CutGrid grid = intense_grid(450);
  Searched one(grid), ten(grid);
  for (Searched* searched : {&one, &ten}) {
    searched->add({430, Score::Two, 20});
    searched->add({2000, Score::Three, 20});
  }
  one.add({790, Score::Two, 1});
  ten.add({790, Score::Two, 10});
  CHECK(grid.at(one.fit().index).intense_od < 550);
  CHECK(one.fit().pull >= 1);
  CHECK(grid.at(ten.fit().index).intense_od >= 790);
}

TEST_CASE("where all agree the base is kept under the strongest pull") {
  const CutGrid grid = intense_grid(600);
  Searched searched(grid);
  searched.add({500, Score::Two, 20});
  searched.add({720, Score::Three, 20});
  CHECK(searched.fit().index == grid.base());
  CHECK(searched.fit().pull == cohort::kPulls.front());
}

TEST_CASE("cases of a label are spread over the folds as evenly as can be") {
  std::vector<int> labels;
  for (int label = 0; label < kScoreCount; ++label)
    labels.insert(labels.end(), static_cast<std::size_t>(7 + 6 * label), label);
  const std::vector<std::size_t> fold = cohort::deal_cases(labels, kFolds, 3);
  for (int label = 0; label < kScoreCount; ++label) {
    std::array<std::size_t, kFolds> count{};
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i] == label) ++count[fold[i]];
    }
    CHECK(*std::max_element(count.begin(), count.end()) <= *std::min_element(count.begin(), count.end()) + 1);
  }
  CHECK(cohort::deal_cases(labels, kFolds, 3) == fold);
  CHECK(cohort::deal_cases(labels, kFolds, 4) != fold);
}
