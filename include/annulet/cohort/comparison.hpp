#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "annulet/cohort/agreement.hpp"
#include "annulet/model/cohort.hpp"

namespace annulet {

/// \file
/// Who read the slides of a cohort, and who is compared with whom.

/// The rows of one run of a store, in which no slide stands twice: what `batch` scored, or one `rescore`.
struct RunRows {
  std::string name;
  std::vector<CohortRow> rows;
};

/// Shares of the measurable tumour cells that the rows of the guideline decide on, %.
inline constexpr std::size_t kShareCount = 3;
using DecidingShares = std::array<double, kShareCount>;
const char* share_words(std::size_t share);  ///< "any staining", "complete", "intense and complete"

inline constexpr std::string_view kReaderPrefix = "reader:";  ///< of a reader's name among the runs

/// One side of a comparison: a run of the program, or a reader.
struct Rater {
  std::string name;  ///< "batch", "reader:A": what `--run` and `--against` take
  bool is_reader = false;
  std::vector<std::string> guidelines;                ///< of a run, in order of first use
  std::vector<Reading> readings;                      ///< one a slide of the panel
  std::vector<std::optional<DecidingShares>> shares;  ///< likewise; of a run, where cells were counted
};

/// One slide as the panel knows it.
struct PanelSlide {
  std::string slide, case_id, specimen, date, scanner;
  std::string folder;  ///< of its result, below the cohort's folder; empty for none
};

/// Every slide of a cohort with all that read it. Raters: the runs in their order, then the readers.
struct Panel {
  std::vector<PanelSlide> slides;
  std::vector<Rater> raters;
};

/// Slides are those of the last run, in its order; a slide that another run does not hold was not read by it.
/// Throws Error Usage where there is no run.
Panel panel_of(std::span<const RunRows> runs);

/// The rater of that name; a reader also without "reader:" where no run is called so. Throws Error Usage and
/// says who there is.
std::size_t find_rater(const Panel& panel, const std::string& name);

/// The second is the one that the first is compared against.
struct RaterPair {
  std::size_t first = 0, second = 0;
};

/// `run` (empty: the last run of the panel) against `against`; where that is empty against every reader,
/// and every reader against those after it. Throws Error Usage where nobody is left to compare with.
std::vector<RaterPair> choose_pairs(const Panel& panel, const std::string& run, const std::string& against);

/// The slides of one month or one scanner.
struct Stratum {
  std::string name;  ///< "2026-03", "Aperio GT 450"; empty for not given
  std::uint64_t slides = 0, exact = 0, within_one = 0;
};

/// One slide that both measured: its share by each, %.
struct SharePair {
  std::size_t slide = 0;  ///< of the panel
  DecidingShares first, second;
};

struct Comparison {
  RaterPair pair;
  Agreement agreement;
  /// why the first, and the second, gave no score: reason and number of slides, of those both read
  std::map<std::string, std::uint64_t> first_refused, second_refused;
  /// likewise of those that the other side did not read
  std::map<std::string, std::uint64_t> unread_refused;
  std::vector<Stratum> by_month, by_scanner;  ///< empty where no slide says; sorted, "not given" last
  std::vector<SharePair> shares;              ///< of two runs, where both counted cells
};

Comparison compare(const Panel& panel, RaterPair pair, int replicates = kAgreementReplicates);

/// Differences of one of the shares, first less second.
std::optional<BlandAltman> share_difference(const Comparison& comparison, std::size_t share);

/// A slide about which a comparison disagrees.
struct Disagreement {
  std::size_t slide = 0;  ///< of the panel
  int steps = 0;          ///< the largest over the comparisons; 0: one had no score
  bool crosses = false;   ///< of the cut between 0/1+ and 2+/3+
  std::size_t pairs = 0;  ///< how many of the comparisons
};

/// Worst first: more steps, across the cut of 2+, more of the comparisons, the panel's order; slides that one
/// side refused and the other scored come last, the highest scores first.
std::vector<Disagreement> disagreements(const Panel& panel, std::span<const Comparison> comparisons);

}  // namespace annulet
