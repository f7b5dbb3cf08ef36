#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "annulet/model/doubt.hpp"

namespace annulet {

/// \file
/// How well two readings of the same slides agree, with intervals that resample cases. Pure functions over
/// plain values: no files, no clock; the same pairs give the same bytes. Formulas, sources and the published
/// examples they are checked against: docs/science/agreement.md.

/// What one side says of a slide: a score, or why there is none, or nothing because it never read it.
struct Reading {
  std::optional<Score> score;
  std::string why_not;  ///< "not-evaluable: no-haematoxylin"; empty with a score, and where it was not read
};

/// One slide and what both sides say of it. The second side is the one compared against.
struct ReadingPair {
  std::string slide;
  std::string case_id;  ///< slides of one case are drawn together; empty: a case of its own
  Reading first, second;
};

/// Rows are the first side, columns the second: the four scores, then refused, then not read.
inline constexpr std::size_t kRefused = kScoreCount, kNotRead = kScoreCount + 1;
inline constexpr std::size_t kReadingCount = kScoreCount + 2;
using AgreementMatrix = std::array<std::array<std::uint64_t, kReadingCount>, kReadingCount>;

std::size_t reading_index(const Reading& reading);
const char* reading_name(std::size_t index);  ///< "0" ... "3+", "no score", "not read"
AgreementMatrix matrix_of(std::span<const ReadingPair> pairs);

/// What a disagreement of two ordered categories weighs in kappa.
enum class KappaWeights { Equal, Linear, Quadratic };

/// Whole numbers in proportion to the weights, row-major: 0 on the diagonal, else 1, |i - j| or (i - j)^2.
std::vector<std::uint64_t> disagreement_weights(KappaWeights weights, std::size_t categories);

/// Cohen's kappa of a square table of counts, row-major, from weights of disagreement (Cohen 1968):
/// 1 - sum w o / sum w e. Empty where chance alone would give no disagreement: no counts, or one category.
std::optional<double> kappa(std::span<const std::uint64_t> counts, std::span<const std::uint64_t> weights);

struct Interval {
  double low = 0, high = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// 95 % interval of a share of independent slides (Wilson 1927). `of` at least 1.
Interval wilson_interval(std::uint64_t count, std::uint64_t of);

/// A cut between scores: what is at or above it is positive. 0 | rest, 0/1+ | 2+/3+, rest | 3+.
inline constexpr std::array<Score, 3> kAgreementCuts{Score::One, Score::Two, Score::Three};
const char* cut_words(Score cut);  ///< "0 against the rest"

/// A statistic with its intervals of 95 %.
struct Estimate {
  std::optional<double> value;      ///< empty: undefined, there is nothing to divide by
  std::uint64_t count = 0, of = 0;  ///< for shares; 0 of 0 for kappas
  std::optional<Interval>
      bootstrap;                   ///< empty where undefined, or in more than a twentieth of the replicates
  std::optional<Interval> wilson;  ///< shares only, and only where every case has one slide
  int undefined_replicates = 0;    ///< left out of `bootstrap`
};

/// Agreement about one cut. "Of all": a slide that the first side refused counts as disagreeing.
struct CutAgreement {
  Score cut = Score::One;
  Estimate positive, negative;                ///< of the slides that the second side calls so, both scored
  Estimate positive_of_all, negative_of_all;  ///< of all that the second side calls so
  Estimate overall, overall_of_all;           ///< both on the same side of the cut
  Estimate kappa;
};

struct Agreement {
  AgreementMatrix matrix{};
  std::uint64_t slides = 0;  ///< that both sides read, scored or refused: "all"
  std::uint64_t scored = 0;  ///< by both
  std::uint64_t unread = 0;  ///< by one side at least: in no denominator
  std::uint64_t cases = 0;   ///< of `slides`
  bool one_slide_a_case = true;
  std::uint64_t first_higher = 0, second_higher = 0;  ///< of `scored`
  Estimate exact_of_all, within_one_of_all;           ///< both scored, alike, of `slides`
  Estimate exact, within_one;                         ///< of `scored`
  Estimate kappa, linear_kappa, quadratic_kappa;      ///< of `scored`
  std::array<CutAgreement, 3> cuts;                   ///< parallel to kAgreementCuts
  int replicates = 0;
};

inline constexpr int kAgreementReplicates = 1999;  ///< so that 0.025 (B + 1) is whole
/// Fewer cases than this, and a percentile interval is known to be too narrow (Hesterberg 2015).
inline constexpr std::uint64_t kFewCases = 20;

/// Everything above. The bootstrap draws cases with replacement, as many as there are, by a fixed seed; the
/// order of the pairs changes nothing. `replicates` 0: no bootstrap. Cost: replicates x cases draws, some
/// 20 ms for 1,000 cases.
Agreement agreement(std::span<const ReadingPair> pairs, int replicates = kAgreementReplicates);

/// Differences of two measurements of the same slides, first less second (Bland and Altman 1986).
struct BlandAltman {
  std::uint64_t slides = 0;
  double mean = 0;       ///< of the differences
  double deviation = 0;  ///< standard deviation of the differences
  Interval limits;       ///< of agreement: mean -+ 1.96 deviations
};
/// Empty for fewer than two slides.
std::optional<BlandAltman> bland_altman(std::span<const std::pair<double, double>> measured);

}  // namespace annulet
