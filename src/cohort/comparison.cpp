#include "annulet/cohort/comparison.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "annulet/base/error.hpp"

namespace annulet {
namespace {

constexpr std::size_t kMonthChars = 7;  // "2026-03"

Stratum& stratum(std::vector<Stratum>& strata, const std::string& name) {
  const auto at = std::find_if(strata.begin(), strata.end(), [&](const auto& s) { return s.name == name; });
  if (at != strata.end()) return *at;
  strata.push_back({name, 0, 0, 0});
  return strata.back();
}

void count_in(std::vector<Stratum>& strata, const std::string& name, const ReadingPair& pair) {
  Stratum& into = stratum(strata, name);
  ++into.slides;
  if (!pair.first.score || !pair.second.score) return;
  const int steps = std::abs(static_cast<int>(*pair.first.score) - static_cast<int>(*pair.second.score));
  into.exact += steps == 0 ? 1 : 0;
  into.within_one += steps <= 1 ? 1 : 0;
}

void finish(std::vector<Stratum>& strata) {
  std::sort(strata.begin(), strata.end(), [](const Stratum& a, const Stratum& b) {
    return std::pair(a.name.empty(), a.name) < std::pair(b.name.empty(), b.name);
  });
  if (strata.size() == 1 && strata.front().name.empty()) strata.clear();
}

bool read_by_both(const ReadingPair& pair) {
  return reading_index(pair.first) != kNotRead && reading_index(pair.second) != kNotRead;
}

}  // namespace

Comparison compare(const Panel& panel, RaterPair pair, int replicates) {
  const Rater &first = panel.raters.at(pair.first), &second = panel.raters.at(pair.second);
  Comparison out;
  out.pair = pair;
  std::vector<ReadingPair> pairs;
  for (std::size_t slide = 0; slide < panel.slides.size(); ++slide) {
    const PanelSlide& about = panel.slides[slide];
    pairs.push_back({about.slide, about.case_id, first.readings[slide], second.readings[slide]});
    const ReadingPair& added = pairs.back();
    if (!read_by_both(added)) {
      for (const Reading* one : {&added.first, &added.second}) {
        if (reading_index(*one) == kRefused) ++out.unread_refused[one->why_not];
      }
      continue;
    }
    if (!added.first.score) ++out.first_refused[added.first.why_not];
    if (!added.second.score) ++out.second_refused[added.second.why_not];
    count_in(out.by_month, about.date.substr(0, kMonthChars), added);
    count_in(out.by_scanner, about.scanner, added);
    if (first.shares[slide] && second.shares[slide])
      out.shares.push_back({slide, *first.shares[slide], *second.shares[slide]});
  }
  finish(out.by_month);
  finish(out.by_scanner);
  out.agreement = agreement(pairs, replicates);
  return out;
}

std::optional<BlandAltman> share_difference(const Comparison& comparison, std::size_t share) {
  expects(share < kShareCount, "there are three deciding shares");
  std::vector<std::pair<double, double>> measured;
  for (const SharePair& pair : comparison.shares)
    measured.emplace_back(pair.first[share], pair.second[share]);
  return bland_altman(measured);
}

std::vector<Disagreement> disagreements(const Panel& panel, std::span<const Comparison> comparisons) {
  std::vector<Disagreement> out;
  std::vector<int> highest;  // score of a slide that one side refused
  for (std::size_t slide = 0; slide < panel.slides.size(); ++slide) {
    Disagreement found{slide, 0, false, 0};
    int score = 0;
    for (const Comparison& comparison : comparisons) {
      const Reading& first = panel.raters[comparison.pair.first].readings[slide];
      const Reading& second = panel.raters[comparison.pair.second].readings[slide];
      if (!read_by_both({"", "", first, second}) || first.score == second.score) continue;
      ++found.pairs;
      const int a = first.score ? static_cast<int>(*first.score) : -1,
                b = second.score ? static_cast<int>(*second.score) : -1;
      score = std::max({score, a, b});
      if (!first.score || !second.score) continue;
      found.steps = std::max(found.steps, std::abs(a - b));
      const int cut = static_cast<int>(Score::Two);
      found.crosses |= (a < cut) != (b < cut);
    }
    if (found.pairs == 0) continue;
    out.push_back(found);
    highest.resize(slide + 1, 0);
    highest[slide] = score;
  }
  std::stable_sort(out.begin(), out.end(), [&](const Disagreement& a, const Disagreement& b) {
    const auto key = [&](const Disagreement& d) {
      return std::tuple(-d.steps, !d.crosses, d.steps == 0 ? -highest[d.slide] : 0,
                        -static_cast<int>(d.pairs));
    };
    return key(a) < key(b);
  });
  return out;
}

}  // namespace annulet
