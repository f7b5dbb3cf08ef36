#include "annulet/cohort/agreement.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/error.hpp"

namespace annulet {
namespace {

constexpr double kNormal = 1.959964;  // 97.5 % of the standard normal

}  // namespace

std::size_t reading_index(const Reading& reading) {
  if (reading.score) return static_cast<std::size_t>(*reading.score);
  return reading.why_not.empty() ? kNotRead : kRefused;
}

const char* reading_name(std::size_t index) {
  expects(index < kReadingCount, "a reading is a score, refused or not read");
  if (index == kRefused) return "no score";
  if (index == kNotRead) return "not read";
  return name(static_cast<Score>(index));
}

AgreementMatrix matrix_of(std::span<const ReadingPair> pairs) {
  AgreementMatrix matrix{};
  for (const ReadingPair& pair : pairs) ++matrix[reading_index(pair.first)][reading_index(pair.second)];
  return matrix;
}

std::vector<std::uint64_t> disagreement_weights(KappaWeights weights, std::size_t categories) {
  std::vector<std::uint64_t> out(categories * categories, 0);
  for (std::size_t i = 0; i < categories; ++i) {
    for (std::size_t j = 0; j < categories; ++j) {
      const std::uint64_t steps = i < j ? j - i : i - j;
      const std::uint64_t equal = steps == 0 ? 0 : 1;
      out[i * categories + j] = weights == KappaWeights::Equal    ? equal
                                : weights == KappaWeights::Linear ? steps
                                                                  : steps * steps;
    }
  }
  return out;
}

std::optional<double> kappa(std::span<const std::uint64_t> counts, std::span<const std::uint64_t> weights) {
  std::size_t categories = 0;
  while (categories * categories < counts.size()) ++categories;
  expects(categories * categories == counts.size() && weights.size() == counts.size(),
          "kappa needs a square table and a weight for each of its cells");
  std::vector<std::uint64_t> rows(categories, 0), columns(categories, 0);
  std::uint64_t total = 0, observed = 0, expected = 0;  // both times the total: whole numbers until the end
  for (std::size_t i = 0; i < counts.size(); ++i) {
    rows[i / categories] += counts[i];
    columns[i % categories] += counts[i];
    total += counts[i];
    observed += weights[i] * counts[i];
  }
  for (std::size_t i = 0; i < counts.size(); ++i)
    expected += weights[i] * rows[i / categories] * columns[i % categories];
  if (expected == 0) return std::nullopt;
  return 1 - static_cast<double>(observed * total) / static_cast<double>(expected);
}

Interval wilson_interval(std::uint64_t count, std::uint64_t of) {
  expects(of > 0 && count <= of, "a share is of at least one slide");
  const double n = static_cast<double>(of), share = static_cast<double>(count) / n;
  const double z2 = kNormal * kNormal, shrink = 1 + z2 / n;
  const double centre = (share + z2 / (2 * n)) / shrink;
  const double half = kNormal * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / shrink;
  // The ends at 0 and n are exact, whatever the rounding of the root.
  return {count == 0 ? 0.0 : std::max(0.0, centre - half), count == of ? 1.0 : std::min(1.0, centre + half)};
}

const char* cut_words(Score cut) {
  if (cut == Score::One) return "0 against the rest";
  if (cut == Score::Two) return "0/1+ against 2+/3+";
  return "3+ against the rest";
}

std::optional<BlandAltman> bland_altman(std::span<const std::pair<double, double>> measured) {
  if (measured.size() < 2) return std::nullopt;
  BlandAltman out;
  out.slides = measured.size();
  const double n = static_cast<double>(measured.size());
  for (const auto& [first, second] : measured) out.mean += (first - second) / n;
  double squares = 0;
  for (const auto& [first, second] : measured) {
    const double off = first - second - out.mean;
    squares += off * off;
  }
  out.deviation = std::sqrt(squares / (n - 1));
  out.limits = {out.mean - kNormal * out.deviation, out.mean + kNormal * out.deviation};
  return out;
}

}  // namespace annulet
