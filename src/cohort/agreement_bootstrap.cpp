// All statistics of a matrix at once, and the same over resampled cases.
#include <algorithm>
#include <map>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "annulet/cohort/agreement.hpp"

namespace annulet {
namespace {

constexpr std::uint64_t kSeed = 0x61677265656d656e;  // any fixed number: the pairs alone decide the interval
constexpr int kTailPerMille = 25;                    // 2.5 % on each side
constexpr int kMostUndefined = 20;                   // of the replicates one in so many may be undefined

/// A statistic of one matrix: k of n for a share, a value for kappa; empty where undefined.
struct Measured {
  std::optional<double> value;
  std::uint64_t count = 0, of = 0;
};

Measured share(std::uint64_t count, std::uint64_t of) {
  if (of == 0) return {};
  return {static_cast<double>(count) / static_cast<double>(of), count, of};
}

std::uint64_t sum(const AgreementMatrix& matrix, std::size_t row_begin, std::size_t row_end,
                  std::size_t column_begin, std::size_t column_end) {
  std::uint64_t total = 0;
  for (std::size_t row = row_begin; row < row_end; ++row) {
    for (std::size_t column = column_begin; column < column_end; ++column) total += matrix[row][column];
  }
  return total;
}

std::uint64_t within(const AgreementMatrix& matrix, std::size_t steps) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < kScoreCount; ++i) {
    for (std::size_t j = 0; j < kScoreCount; ++j)
      total += (i < j ? j - i : i - j) <= steps ? matrix[i][j] : 0;
  }
  return total;
}

const std::vector<std::uint64_t>& score_weights(KappaWeights weights) {
  static const std::array<std::vector<std::uint64_t>, 3> kAll{
      disagreement_weights(KappaWeights::Equal, kScoreCount),
      disagreement_weights(KappaWeights::Linear, kScoreCount),
      disagreement_weights(KappaWeights::Quadratic, kScoreCount)};
  return kAll[static_cast<std::size_t>(weights)];
}

Measured kappa_of(const AgreementMatrix& matrix, KappaWeights weights) {
  std::array<std::uint64_t, kScoreCount * kScoreCount> counts{};
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = matrix[i / kScoreCount][i % kScoreCount];
  return {kappa(counts, score_weights(weights)), 0, 0};
}

constexpr std::size_t kOverall = 7, kPerCut = 7;
constexpr std::size_t kStatistics = kOverall + kPerCut * kAgreementCuts.size();
using Statistics = std::array<Measured, kStatistics>;

void measure_cut(const AgreementMatrix& matrix, std::size_t cut, std::uint64_t all, Measured* to) {
  constexpr std::size_t kEnd = kScoreCount, kRows = kRefused + 1;
  const std::uint64_t both_low = sum(matrix, 0, cut, 0, cut), both_high = sum(matrix, cut, kEnd, cut, kEnd);
  const std::uint64_t only_first = sum(matrix, cut, kEnd, 0, cut),
                      only_second = sum(matrix, 0, cut, cut, kEnd);
  const std::uint64_t scored = both_low + both_high + only_first + only_second;
  to[0] = share(both_high, both_high + only_second);
  to[1] = share(both_low, both_low + only_first);
  to[2] = share(both_high, sum(matrix, 0, kRows, cut, kEnd));
  to[3] = share(both_low, sum(matrix, 0, kRows, 0, cut));
  to[4] = share(both_low + both_high, scored);
  to[5] = share(both_low + both_high, all);
  const std::array<std::uint64_t, 4> counts{both_low, only_second, only_first, both_high};
  static const std::vector<std::uint64_t> kWeights = disagreement_weights(KappaWeights::Equal, 2);
  to[6] = {kappa(counts, kWeights), 0, 0};
}

Statistics measure(const AgreementMatrix& matrix) {
  const std::uint64_t all = sum(matrix, 0, kNotRead, 0, kNotRead),
                      scored = sum(matrix, 0, kScoreCount, 0, kScoreCount);
  Statistics out;
  out[0] = share(within(matrix, 0), all);
  out[1] = share(within(matrix, 1), all);
  out[2] = share(within(matrix, 0), scored);
  out[3] = share(within(matrix, 1), scored);
  out[4] = kappa_of(matrix, KappaWeights::Equal);
  out[5] = kappa_of(matrix, KappaWeights::Linear);
  out[6] = kappa_of(matrix, KappaWeights::Quadratic);
  for (std::size_t cut = 0; cut < kAgreementCuts.size(); ++cut)
    measure_cut(matrix, static_cast<std::size_t>(kAgreementCuts[cut]), all, &out[kOverall + cut * kPerCut]);
  return out;
}

std::vector<Estimate*> places(Agreement& out) {
  std::vector<Estimate*> to{&out.exact_of_all, &out.within_one_of_all, &out.exact,          &out.within_one,
                            &out.kappa,        &out.linear_kappa,      &out.quadratic_kappa};
  for (CutAgreement& cut : out.cuts) {
    to.insert(to.end(), {&cut.positive, &cut.negative, &cut.positive_of_all, &cut.negative_of_all,
                         &cut.overall, &cut.overall_of_all, &cut.kappa});
  }
  return to;
}

/// The cells of the matrix that the slides of each case fall into. Sorted, so that the order of the pairs
/// changes no draw; slides that one side did not read are left out.
std::vector<std::vector<std::uint16_t>> cells_by_case(std::span<const ReadingPair> pairs) {
  std::map<std::string, std::vector<std::uint16_t>> named;
  std::vector<std::vector<std::uint16_t>> cases;
  for (const ReadingPair& pair : pairs) {
    const std::size_t row = reading_index(pair.first), column = reading_index(pair.second);
    if (row == kNotRead || column == kNotRead) continue;
    const auto cell = static_cast<std::uint16_t>(row * kReadingCount + column);
    if (pair.case_id.empty())
      cases.push_back({cell});
    else
      named[pair.case_id].push_back(cell);
  }
  for (auto& [id, cells] : named) {
    std::sort(cells.begin(), cells.end());
    cases.push_back(std::move(cells));
  }
  std::sort(cases.begin(), cases.end());
  return cases;
}

/// The percentile interval of the values that were defined, which it sorts.
std::optional<Interval> percentiles(std::vector<double>& values, int replicates) {
  const auto defined = static_cast<int>(values.size());
  if (defined == 0 || (replicates - defined) * kMostUndefined > replicates) return std::nullopt;
  std::sort(values.begin(), values.end());
  const int rank = std::max(1, (defined + 1) * kTailPerMille / 1000);
  return Interval{values[static_cast<std::size_t>(rank - 1)],
                  values[static_cast<std::size_t>(defined - rank)]};
}

void bootstrap(const std::vector<std::vector<std::uint16_t>>& cases, int replicates,
               const std::vector<Estimate*>& to) {
  std::array<std::vector<double>, kStatistics> values;
  Random random(kSeed);
  for (int replicate = 0; replicate < replicates; ++replicate) {
    AgreementMatrix matrix{};
    for (std::size_t draw = 0; draw < cases.size(); ++draw) {
      for (const std::uint16_t cell : cases[random.below(cases.size())])
        ++matrix[cell / kReadingCount][cell % kReadingCount];
    }
    const Statistics measured = measure(matrix);
    for (std::size_t i = 0; i < kStatistics; ++i) {
      if (measured[i].value) values[i].push_back(*measured[i].value);
    }
  }
  for (std::size_t i = 0; i < kStatistics; ++i) {
    if (!to[i]->value) continue;
    to[i]->undefined_replicates = replicates - static_cast<int>(values[i].size());
    to[i]->bootstrap = percentiles(values[i], replicates);
  }
}

}  // namespace

Agreement agreement(std::span<const ReadingPair> pairs, int replicates) {
  expects(replicates >= 0, "the number of replicates is not negative");
  Agreement out;
  out.matrix = matrix_of(pairs);
  out.slides = sum(out.matrix, 0, kNotRead, 0, kNotRead);
  out.scored = sum(out.matrix, 0, kScoreCount, 0, kScoreCount);
  out.unread = pairs.size() - out.slides;
  for (std::size_t i = 0; i < kScoreCount; ++i) {
    out.second_higher += sum(out.matrix, i, i + 1, i + 1, kScoreCount);
    out.first_higher += sum(out.matrix, i, i + 1, 0, i);
  }
  const std::vector<std::vector<std::uint16_t>> cases = cells_by_case(pairs);
  out.cases = cases.size();
  out.one_slide_a_case =
      std::all_of(cases.begin(), cases.end(), [](const auto& cells) { return cells.size() == 1; });
  for (std::size_t cut = 0; cut < kAgreementCuts.size(); ++cut) out.cuts[cut].cut = kAgreementCuts[cut];
  const std::vector<Estimate*> to = places(out);
  const Statistics measured = measure(out.matrix);
  for (std::size_t i = 0; i < kStatistics; ++i) {
    to[i]->value = measured[i].value;
    to[i]->count = measured[i].count;
    to[i]->of = measured[i].of;
    if (to[i]->of > 0 && out.one_slide_a_case) to[i]->wilson = wilson_interval(to[i]->count, to[i]->of);
  }
  if (cases.empty()) return out;
  out.replicates = replicates;
  if (replicates > 0) bootstrap(cases, replicates, to);
  return out;
}

}  // namespace annulet
