#include "cohort/fit_search.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "annulet/base/random.hpp"

namespace annulet::cohort {
namespace {

constexpr double kSameCost = 1e-9;

/// Weights of a combination's neighbours along one axis: binomial, a standard deviation of one step.
constexpr std::array<std::uint32_t, 5> kSmoothing{1, 4, 6, 4, 1};
constexpr std::uint32_t kSmoothingSum = 16;
// Sums of weights over four axes, 16^4, times the largest score or square, made to fit 16 bits.
constexpr std::uint32_t kMeanUnit = 4, kSquareUnit = 16;
constexpr double kWhole = 16.0 * 16 * 16 * 16;

/// Averages along one axis; beyond its ends the last value is repeated.
void smooth_axis(std::vector<std::uint32_t>& table, std::size_t length, std::size_t stride) {
  if (length == 1) {
    for (std::uint32_t& value : table) value *= kSmoothingSum;
    return;
  }
  constexpr std::size_t kReach = kSmoothing.size() / 2;
  std::vector<std::uint32_t> line(length);
  for (std::size_t start = 0; start < table.size(); ++start) {
    if (start / stride % length != 0) continue;
    for (std::size_t i = 0; i < length; ++i) line[i] = table[start + i * stride];
    for (std::size_t i = 0; i < length; ++i) {
      std::uint32_t sum = 0;
      for (std::size_t k = 0; k < kSmoothing.size(); ++k) {
        const std::size_t at = std::min(std::max(i + k, kReach) - kReach, length - 1);
        sum += kSmoothing[k] * line[at];
      }
      table[start + i * stride] = sum;
    }
  }
}

std::vector<std::uint16_t> smoothed(const CutGrid& grid, const std::vector<std::uint8_t>& scores,
                                    bool square) {
  std::vector<std::uint32_t> table(scores.begin(), scores.end());
  if (square) std::transform(table.begin(), table.end(), table.begin(), [](auto s) { return s * s; });
  std::size_t stride = 1;
  for (std::size_t cut = kCutOffs; cut-- > 0;) {
    smooth_axis(table, grid.axis(cut).size(), stride);
    stride *= grid.axis(cut).size();
  }
  std::vector<std::uint16_t> out(table.size());
  const std::uint32_t unit = square ? kSquareUnit : kMeanUnit;
  std::transform(table.begin(), table.end(), out.begin(),
                 [unit](std::uint32_t sum) { return static_cast<std::uint16_t>(sum / unit); });
  return out;
}

/// Quadratically weighted kappa of scores, weighted by case.
class WeightedKappa {
 public:
  void add(double score, double label, double weight) {
    n_ += weight, x_ += weight * score, xx_ += weight * score * score;
    y_ += weight * label, yy_ += weight * label * label, xy_ += weight * score * label;
  }
  double value() const {
    const double by_chance = xx_ + yy_ - 2 * x_ * y_ / n_;
    return by_chance > 0 ? 1 - (xx_ + yy_ - 2 * xy_) / by_chance : 0;
  }

 private:
  double n_ = 0, x_ = 0, xx_ = 0, y_ = 0, yy_ = 0, xy_ = 0;
};

}  // namespace

std::vector<std::size_t> deal_cases(const std::vector<int>& label_of_case, std::size_t folds,
                                    std::uint64_t division) {
  Random random(division);
  std::vector<std::size_t> fold(label_of_case.size());
  std::size_t next = 0;
  for (int label = 0; label < kScoreCount; ++label) {
    std::vector<std::size_t> cases;
    for (std::size_t i = 0; i < label_of_case.size(); ++i) {
      if (label_of_case[i] == label) cases.push_back(i);
    }
    for (std::size_t left = cases.size(); left > 1; --left)
      std::swap(cases[left - 1], cases[random.below(left)]);
    for (const std::size_t i : cases) fold[i] = next++ % folds;
  }
  return fold;
}

FitSearch::FitSearch(const CutGrid& grid, const std::vector<SearchSlide>& slides)
    : grid_(grid), slides_(slides) {
  for (const SearchSlide& slide : slides) {
    mean_.push_back(smoothed(grid, slide.scores, false));
    square_.push_back(smoothed(grid, slide.scores, true));
  }
}

std::vector<Moments> FitSearch::moments_of(const std::vector<std::size_t>& fold_of_case,
                                           std::size_t folds) const {
  std::vector<Moments> parts(folds);
  for (Moments& part : parts) {
    for (std::vector<double>* sums : {&part.x, &part.xx, &part.xy}) sums->assign(grid_.size(), 0.0);
  }
  for (std::size_t s = 0; s < slides_.size(); ++s) {
    const double weight = slides_[s].weight, label = slides_[s].label;
    Moments& part = parts[fold_of_case[slides_[s].group]];
    part.n += weight, part.y += weight * label, part.yy += weight * label * label;
    const double mean_unit = weight * kMeanUnit / kWhole, square_unit = weight * kSquareUnit / kWhole;
    for (std::size_t i = 0; i < grid_.size(); ++i) {
      const double mean = mean_unit * mean_[s][i];
      part.x[i] += mean;
      part.xx[i] += square_unit * square_[s][i];
      part.xy[i] += mean * label;
    }
  }
  return parts;
}

FitSearch::Choices FitSearch::best(const Moments& all, const std::vector<const Moments*>& without) const {
  double n = all.n, y = all.y, yy = all.yy;
  for (const Moments* part : without) n -= part->n, y -= part->y, yy -= part->yy;
  Choices choices;
  choices.fill(grid_.base());
  std::array<double, kPulls.size()> least;
  least.fill(std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < grid_.size(); ++i) {
    double x = all.x[i], xx = all.xx[i], xy = all.xy[i];
    for (const Moments* part : without) x -= part->x[i], xx -= part->xx[i], xy -= part->xy[i];
    const double by_chance = xx + yy - 2 * x * y / n;
    if (by_chance <= kSameCost) continue;
    const double observed = xx + yy - 2 * xy, distance = grid_.distance(i), per_chance = 1 / by_chance;
    for (std::size_t p = 0; p < kPulls.size(); ++p) {
      const double cost = (observed + kPulls[p] * distance) * per_chance;
      const bool same = cost <= least[p] + kSameCost;
      if (cost >= least[p] - kSameCost && !(same && distance < grid_.distance(choices[p]))) continue;
      choices[p] = i;
      least[p] = cost;
    }
  }
  return choices;
}

FitSearch::Fit FitSearch::fit_without(const Moments& all, const std::vector<Moments>& parts,
                                      std::size_t without,
                                      const std::vector<std::size_t>& fold_of_case) const {
  std::vector<const Moments*> left_out;
  if (without < parts.size()) left_out.push_back(&parts[without]);
  std::array<WeightedKappa, kPulls.size()> kappas;
  for (std::size_t inner = 0; inner < parts.size(); ++inner) {
    if (inner == without) continue;
    std::vector<const Moments*> two = left_out;
    two.push_back(&parts[inner]);
    const Choices choices = best(all, two);
    for (const SearchSlide& slide : slides_) {
      if (fold_of_case[slide.group] != inner) continue;
      for (std::size_t p = 0; p < kPulls.size(); ++p)
        kappas[p].add(slide.scores[choices[p]], slide.label, slide.weight);
    }
  }
  std::size_t chosen = 0;
  for (std::size_t p = 1; p < kPulls.size(); ++p) {
    if (kappas[p].value() > kappas[chosen].value() + kSameCost) chosen = p;
  }
  return {best(all, left_out)[chosen], kPulls[chosen]};
}

CrossValidation FitSearch::cross_validate(const std::vector<std::size_t>& fold_of_case,
                                          std::size_t folds) const {
  const std::vector<Moments> parts = moments_of(fold_of_case, folds);
  const Moments all = moments_of(std::vector<std::size_t>(fold_of_case.size(), 0), 1).front();
  CrossValidation result;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    result.chosen.push_back(fit_without(all, parts, fold, fold_of_case).index);
  }
  for (const SearchSlide& slide : slides_)
    result.out_of_fold.push_back(slide.scores[result.chosen[fold_of_case[slide.group]]]);
  return result;
}

FitSearch::Fit FitSearch::fit(const std::vector<std::size_t>& fold_of_case, std::size_t folds) const {
  const Moments all = moments_of(std::vector<std::size_t>(fold_of_case.size(), 0), 1).front();
  return fit_without(all, moments_of(fold_of_case, folds), folds, fold_of_case);
}

}  // namespace annulet::cohort
