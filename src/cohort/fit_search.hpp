#pragma once
// Which cut-offs agree best with the readers on some of the cases, and how well they do on the others.
#include <array>
#include <cstdint>
#include <vector>

#include "cohort/cut_grid.hpp"

namespace annulet::cohort {

/// One slide as the search sees it.
struct SearchSlide {
  std::vector<std::uint8_t> scores;  ///< by index of the grid
  std::uint8_t label = 0;
  std::size_t group = 0;  ///< its case, 0 ...
  double weight = 1;      ///< those of a case add to 1
};

/// Sums over slides for every combination, of what quadratically weighted kappa is made of.
struct Moments {
  std::vector<double> x, xx, xy;  ///< of the score, its square, its product with the label
  double n = 0, y = 0, yy = 0;
};

/// Cases one class off that moving one cut-off by what is usual for it must put right:
/// docs/science/calibrate.md, "The pull". Strongest first: of equally good ones the first is taken.
inline constexpr std::array<double, 4> kPulls{16, 4, 1, 0.25};

/// Which fold each case is in: the cases of every label are dealt out in turn, in an order that `division`
/// shuffles.
std::vector<std::size_t> deal_cases(const std::vector<int>& label_of_case, std::size_t folds,
                                    std::uint64_t division);

/// What one division of the cases into folds gives.
struct CrossValidation {
  std::vector<std::size_t> chosen;        ///< by fold: index of the grid, chosen without that fold's cases
  std::vector<std::uint8_t> out_of_fold;  ///< by slide: its score there
};

class FitSearch {
 public:
  /// `slides` must outlive it.
  FitSearch(const CutGrid& grid, const std::vector<SearchSlide>& slides);

  /// Nested: the pull of each fold is chosen by cross-validation within the other folds.
  CrossValidation cross_validate(const std::vector<std::size_t>& fold_of_case, std::size_t folds) const;
  struct Fit {
    std::size_t index = 0;
    double pull = 0;
  };
  /// To all cases; the pull is chosen by cross-validation over these folds.
  Fit fit(const std::vector<std::size_t>& fold_of_case, std::size_t folds) const;

 private:
  std::vector<Moments> moments_of(const std::vector<std::size_t>& fold_of_case, std::size_t folds) const;
  /// `without`: the fold that takes no part; the number of parts where all do.
  Fit fit_without(const Moments& all, const std::vector<Moments>& parts, std::size_t without,
                  const std::vector<std::size_t>& fold_of_case) const;
  using Choices = std::array<std::size_t, kPulls.size()>;
  /// For each pull the combination that costs least, by all but some folds; of equal ones the nearest to the
  /// base.
  Choices best(const Moments& all, const std::vector<const Moments*>& without) const;

  const CutGrid& grid_;
  const std::vector<SearchSlide>& slides_;
  std::vector<std::vector<std::uint16_t>> mean_, square_;  // by slide, by index: smoothed
};

}  // namespace annulet::cohort
