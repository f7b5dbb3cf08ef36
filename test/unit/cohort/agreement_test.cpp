// Statistics of agreement against published worked examples; docs/science/agreement.md names each.
#include "annulet/cohort/agreement.hpp"

#include <algorithm>
#include <cmath>

#include "annulet/base/random.hpp"
#include "support/catch.hpp"

namespace {

using namespace annulet;
using Counts = std::vector<std::uint64_t>;

std::size_t side(const Counts& counts) {
  return static_cast<std::size_t>(std::lround(std::sqrt(double(counts.size()))));
}

double kappa_of(const Counts& counts, KappaWeights weights) {
  const auto value = kappa(counts, disagreement_weights(weights, side(counts)));
  REQUIRE(value.has_value());
  return *value;
}

/// A published figure, rounded as it was printed.
bool rounds_to(double value, double printed, int decimals) {
  const double unit = std::pow(10.0, decimals);
  return std::lround(value * unit) == std::lround(printed * unit);
}

/// The pairs of a table of the four scores.
std::vector<ReadingPair> pairs_of(const Counts& counts) {
  std::vector<ReadingPair> pairs;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (std::uint64_t k = 0; k < counts[i]; ++k) {
      const std::string slide = "s" + std::to_string(pairs.size());
      pairs.push_back({slide, "", {static_cast<Score>(i / 4), ""}, {static_cast<Score>(i % 4), ""}});
    }
  }
  return pairs;
}

// Holmquist, McMahan and Williams, Arch Pathol 1967;84:334: two pathologists, carcinoma of the uterine
// cervix, grades 1, 2, 3 and 4 with 5; Agresti, Categorical Data Analysis (2nd ed. 2002), chapter 10.
const Counts kHolmquist{22, 2, 2, 0, 5, 7, 14, 0, 0, 2, 36, 0, 0, 1, 17, 10};
// Landis and Koch, Biometrics 1977;33:159: two neurologists, multiple sclerosis, patients of Winnipeg.
const Counts kWinnipeg{38, 5, 0, 1, 33, 11, 3, 0, 10, 14, 5, 6, 3, 7, 3, 10};
// Altman, Practical Statistics for Medical Research (1991), chapter 14: two radiologists, 85 xeromammograms.
const Counts kMammograms{21, 12, 0, 0, 4, 17, 1, 0, 3, 9, 15, 2, 0, 0, 0, 1};

std::vector<ReadingPair> random_pairs(Random& random, std::size_t slides, std::uint64_t cases) {
  std::vector<ReadingPair> pairs(slides);
  for (ReadingPair& pair : pairs) {
    pair.case_id = cases == 0 ? "" : "c" + std::to_string(random.below(cases));
    for (Reading* reading : {&pair.first, &pair.second}) {
      const std::uint64_t kind = random.below(8);
      if (kind < 6) reading->score = static_cast<Score>(kind % 4);
      if (kind == 6) reading->why_not = "failed: corrupt";
    }
  }
  return pairs;
}

}  // namespace

TEST_CASE("kappa is that of Cohen's example, equal weights and his own") {
  // Psychol Bull 1968;70:213: 200 cases, proportions .44 .07 .09 / .05 .20 .05 / .01 .03 .06, weights of
  // disagreement 0 1 3 / 1 0 6 / 3 6 0; he reports .492 and .348
  const Counts counts{88, 14, 18, 10, 40, 10, 2, 6, 12}, weights{0, 1, 3, 1, 0, 6, 3, 6, 0};
  CHECK(rounds_to(kappa_of(counts, KappaWeights::Equal), 0.492, 3));
  CHECK(rounds_to(kappa(counts, weights).value(), 0.348, 3));
}

TEST_CASE("kappas are those of the textbooks") {
  // Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions (3rd ed. 2003), table 18.1
  CHECK(rounds_to(kappa_of({75, 1, 4, 5, 4, 1, 0, 0, 10}, KappaWeights::Equal), 0.68, 2));
  // Sim and Wright, Phys Ther 2005;85:257, table 1: 39 patients
  CHECK(rounds_to(kappa_of({22, 2, 4, 11}, KappaWeights::Equal), 0.67, 2));
  CHECK(rounds_to(kappa_of(kHolmquist, KappaWeights::Equal), 0.493, 3));
  CHECK(rounds_to(kappa_of(kMammograms, KappaWeights::Equal), 0.47, 2));
  CHECK(rounds_to(kappa_of(kMammograms, KappaWeights::Linear), 0.57, 2));
}

TEST_CASE("kappas of Landis and Koch's neurologists, equal and linear weights") {
  // Printed to four places by Stokes, Davis and Koch, Categorical Data Analysis Using SAS, and by R's vcd
  CHECK(rounds_to(kappa_of(kWinnipeg, KappaWeights::Equal), 0.2079, 4));
  CHECK(rounds_to(kappa_of(kWinnipeg, KappaWeights::Linear), 0.3797, 4));
  const Counts new_orleans{5, 3, 0, 0, 3, 11, 4, 0, 2, 13, 3, 4, 1, 2, 4, 14};
  CHECK(rounds_to(kappa_of(new_orleans, KappaWeights::Equal), 0.2965, 4));
  CHECK(rounds_to(kappa_of(new_orleans, KappaWeights::Linear), 0.4773, 4));
  // vcd's SexualFun (Hout and others, Sociol Methodol 1987;17:83)
  const Counts couples{7, 7, 2, 3, 2, 8, 3, 7, 1, 5, 4, 9, 2, 8, 9, 14};
  CHECK(rounds_to(kappa_of(couples, KappaWeights::Equal), 0.1293, 4));
  CHECK(rounds_to(kappa_of(couples, KappaWeights::Linear), 0.2374, 4));
}

TEST_CASE("quadratic kappa is the intraclass correlation") {
  // Fleiss and Cohen, Educ Psychol Meas 1973;33:613: 2 cov / (var + var + (difference of the means)^2)
  for (const Counts& counts : {kHolmquist, kWinnipeg, kMammograms}) {
    double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const double k = double(counts[i]), a = double(i / 4), b = double(i % 4);
      n += k, x += k * a, y += k * b, xx += k * a * a, yy += k * b * b, xy += k * a * b;
    }
    x /= n, y /= n;
    const double covariance = xy / n - x * y, variances = xx / n - x * x + yy / n - y * y;
    CHECK(kappa_of(counts, KappaWeights::Quadratic) ==
          Approx(2 * covariance / (variances + (x - y) * (x - y))).epsilon(1e-12));
  }
}

TEST_CASE("with two categories all weights give one kappa") {
  const Counts counts{22, 2, 4, 11};
  CHECK(kappa_of(counts, KappaWeights::Linear) == kappa_of(counts, KappaWeights::Equal));
  CHECK(kappa_of(counts, KappaWeights::Quadratic) == kappa_of(counts, KappaWeights::Equal));
}

TEST_CASE("kappa is undefined where both used one category, and 0 where only one side did") {
  const Counts weights = disagreement_weights(KappaWeights::Linear, 4);
  Counts counts(16, 0);
  CHECK_FALSE(kappa(counts, weights).has_value());
  counts[5] = 12;
  CHECK_FALSE(kappa(counts, weights).has_value());
  counts[6] = 3;
  CHECK(kappa(counts, weights) == 0.0);
}

TEST_CASE("Wilson's interval is that of Newcombe's table") {
  // Stat Med 1998;17:857, table I, method 3
  const auto check = [](std::uint64_t count, std::uint64_t of, double low, double high) {
    const Interval interval = wilson_interval(count, of);
    CHECK(rounds_to(interval.low, low, 4));
    CHECK(rounds_to(interval.high, high, 4));
  };
  check(81, 263, 0.2553, 0.3662);
  check(15, 148, 0.0624, 0.1605);
  check(0, 20, 0.0000, 0.1611);
  check(1, 29, 0.0061, 0.1718);
  CHECK(wilson_interval(0, 20).low == 0);
  CHECK(wilson_interval(20, 20).high == 1);
}

TEST_CASE("percent agreement is that of the FDA's example") {
  // Statistical Guidance on Reporting Results from Studies Evaluating Diagnostic Tests (2007): new test
  // against another that is no reference standard: 40 both positive, 5 only the new one, 4 only the other,
  // 171 neither
  Counts counts(16, 0);
  counts[3 * 4 + 3] = 40, counts[3 * 4 + 0] = 5, counts[0 * 4 + 3] = 4, counts[0] = 171;
  for (const CutAgreement& cut : agreement(pairs_of(counts), 0).cuts) {
    CHECK(rounds_to(100 * cut.positive.value.value(), 90.9, 1));
    CHECK(rounds_to(100 * cut.negative.value.value(), 97.2, 1));
    CHECK(rounds_to(100 * cut.overall.value.value(), 95.9, 1));
    CHECK(cut.positive.wilson == wilson_interval(40, 44));
  }
}

TEST_CASE("limits of agreement are those of Bland and Altman's peak flow meters") {
  // Lancet 1986;1:307: first reading by the Wright meter and by the mini meter; they take 2 for 1.96
  const std::vector<std::pair<double, double>> flows{
      {494, 512}, {395, 430}, {516, 520}, {434, 428}, {476, 500}, {557, 600},
      {413, 364}, {442, 380}, {650, 658}, {433, 445}, {417, 432}, {656, 626},
      {267, 260}, {478, 477}, {178, 259}, {423, 350}, {427, 451}};
  const BlandAltman found = bland_altman(flows).value();
  CHECK(found.slides == 17);
  CHECK(rounds_to(found.mean, -2.1, 1));
  CHECK(rounds_to(found.deviation, 38.8, 1));
  CHECK(found.limits.low == Approx(found.mean - 1.959964 * found.deviation));
  CHECK(found.limits.high == Approx(found.mean + 1.959964 * found.deviation));
  CHECK_FALSE(bland_altman(std::span(flows).first(1)).has_value());
}

TEST_CASE("perfect agreement is 1, whatever the weights") {
  const Agreement found = agreement(pairs_of({5, 0, 0, 0, 0, 4, 0, 0, 0, 0, 3, 0, 0, 0, 0, 2}));
  for (const Estimate* estimate : {&found.exact_of_all, &found.exact, &found.within_one, &found.kappa,
                                   &found.linear_kappa, &found.quadratic_kappa}) {
    CHECK(estimate->value == 1.0);
  }
  CHECK(found.exact.bootstrap == Interval{1, 1});
  CHECK(found.exact.wilson->low < 0.8);
}

TEST_CASE("a refused slide counts as disagreeing of all, and an unread one not at all") {
  std::vector<ReadingPair> pairs = pairs_of({2, 1, 0, 0, 0, 3, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2});
  pairs.push_back({"blank", "", {std::nullopt, "not-evaluable: no-tissue"}, {Score::Three, ""}});
  pairs.push_back({"both", "", {std::nullopt, "failed: corrupt"}, {std::nullopt, "failed: corrupt"}});
  pairs.push_back({"unread", "", {Score::Zero, ""}, {std::nullopt, ""}});
  const Agreement found = agreement(pairs, 0);
  CHECK(found.slides == 12);
  CHECK(found.scored == 10);
  CHECK(found.unread == 1);
  CHECK(found.exact.count == 9);
  CHECK(found.exact.of == 10);
  CHECK(found.exact_of_all.count == 9);
  CHECK(found.exact_of_all.of == 12);
  CHECK(found.within_one.count == 10);
  CHECK(found.cuts[2].positive.of == 2);
  CHECK(found.cuts[2].positive_of_all.of == 3);
  CHECK(found.cuts[2].positive_of_all.count == 2);
  CHECK(found.cuts[2].negative_of_all.of == 8);
  CHECK(found.cuts[2].overall_of_all.of == 12);
  CHECK(found.second_higher == 1);
  CHECK(found.first_higher == 0);
  CHECK(found.matrix[kRefused][3] == 1);
  CHECK(found.matrix[kRefused][kRefused] == 1);
  CHECK(found.matrix[0][kNotRead] == 1);
}

TEST_CASE("swapping the sides leaves agreement and kappa, and swaps who is higher") {
  Random random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<ReadingPair> pairs = random_pairs(random, 60, 0);
    const Agreement one = agreement(pairs, 0);
    for (ReadingPair& pair : pairs) std::swap(pair.first, pair.second);
    const Agreement other = agreement(pairs, 0);
    CHECK(one.exact_of_all.value == other.exact_of_all.value);
    CHECK(one.within_one.value == other.within_one.value);
    CHECK(one.kappa.value == other.kappa.value);
    CHECK(one.linear_kappa.value == other.linear_kappa.value);
    CHECK(one.quadratic_kappa.value == other.quadratic_kappa.value);
    CHECK(one.first_higher == other.second_higher);
    for (std::size_t cut = 0; cut < 3; ++cut) {
      CHECK(one.cuts[cut].overall.value == other.cuts[cut].overall.value);
      CHECK(one.cuts[cut].kappa.value == other.cuts[cut].kappa.value);
    }
  }
}

TEST_CASE("the order of the slides changes nothing, not a bit of an interval") {
  Random random(11);
  std::vector<ReadingPair> pairs = random_pairs(random, 80, 30);
  const Agreement one = agreement(pairs, 199);
  for (std::size_t i = pairs.size(); i > 1; --i) std::swap(pairs[i - 1], pairs[random.below(i)]);
  const Agreement other = agreement(pairs, 199);
  CHECK(one.matrix == other.matrix);
  CHECK(one.cases == other.cases);
  CHECK(one.quadratic_kappa.value == other.quadratic_kappa.value);
  CHECK(one.quadratic_kappa.bootstrap == other.quadratic_kappa.bootstrap);
  CHECK(one.exact_of_all.bootstrap == other.exact_of_all.bootstrap);
  CHECK(one.cuts[1].positive.bootstrap == other.cuts[1].positive.bootstrap);
}

TEST_CASE("the bootstrap's interval is as wide as the published standard error says") {
  // Standard errors of kappa and linear kappa of Winnipeg: 0.0505 and 0.0517 (vcd); weighted kappa of the
  // mammograms: 0.44 to 0.70
  const Agreement winnipeg = agreement(pairs_of(kWinnipeg));
  const auto half = [](const Estimate& estimate) {
    return (estimate.bootstrap.value().high - estimate.bootstrap.value().low) / 2;
  };
  CHECK(half(winnipeg.kappa) == Approx(1.96 * 0.0505).epsilon(0.08));
  CHECK(half(winnipeg.linear_kappa) == Approx(1.96 * 0.0517).epsilon(0.08));
  const Agreement mammograms = agreement(pairs_of(kMammograms));
  CHECK(mammograms.linear_kappa.bootstrap->low == Approx(0.44).margin(0.03));
  CHECK(mammograms.linear_kappa.bootstrap->high == Approx(0.70).margin(0.03));
  CHECK(mammograms.exact.bootstrap->low == Approx(mammograms.exact.wilson->low).margin(0.03));
}

TEST_CASE("slides of one case are drawn together") {
  // Five copies of each slide know no more than one: the interval over cases stays as wide, one that took
  // every slide for a case of its own would shrink by the root of five.
  std::vector<ReadingPair> once = pairs_of(kMammograms), five, loose;
  for (const ReadingPair& pair : once) {
    for (int copy = 0; copy < 5; ++copy) {
      five.push_back(pair);
      five.back().case_id = pair.slide;
      loose.push_back(pair);
    }
  }
  const auto width = [](const Agreement& found) {
    return found.kappa.bootstrap.value().high - found.kappa.bootstrap.value().low;
  };
  const Agreement clustered = agreement(five);
  CHECK(clustered.cases == once.size());
  CHECK_FALSE(clustered.one_slide_a_case);
  CHECK_FALSE(clustered.exact.wilson.has_value());
  CHECK(width(clustered) == Approx(width(agreement(once))).epsilon(0.1));
  CHECK(width(agreement(loose)) == Approx(width(clustered) / std::sqrt(5.0)).epsilon(0.1));
}

TEST_CASE("replicates without an answer are counted, and too many of them give no interval") {
  // One positive slide of 40: 36 % of the replicates have none, and then there is no positive agreement.
  Counts counts(16, 0);
  counts[0] = 39, counts[15] = 1;
  const Agreement rare = agreement(pairs_of(counts));
  CHECK(rare.cuts[2].positive.value == 1.0);
  CHECK_FALSE(rare.cuts[2].positive.bootstrap.has_value());
  CHECK(double(rare.cuts[2].positive.undefined_replicates) / rare.replicates == Approx(0.363).margin(0.03));
  CHECK(rare.cuts[2].positive.wilson.has_value());
  CHECK(rare.cuts[2].negative.bootstrap.has_value());
  CHECK(rare.kappa.undefined_replicates == rare.cuts[2].positive.undefined_replicates);
  counts[0] = 36, counts[15] = 4;  // 0.9^40 = 1.5 %: left out, counted, and the interval stands
  const Agreement some = agreement(pairs_of(counts));
  CHECK(some.cuts[2].positive.undefined_replicates > 0);
  CHECK(some.cuts[2].positive.bootstrap.has_value());
}

TEST_CASE("no pairs: everything is undefined, nothing is NaN") {
  const Agreement found = agreement({});
  CHECK(found.slides == 0);
  CHECK_FALSE(found.exact.value.has_value());
  CHECK_FALSE(found.kappa.value.has_value());
  CHECK_FALSE(found.exact.bootstrap.has_value());
}
