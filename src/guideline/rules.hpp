#pragma once
// What a guideline file says, as values. No rule of any one guideline stands in the code: only kinds of rows.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "annulet/model/model_file.hpp"
#include "annulet/model/tally.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet::guideline {

/// A set of kinds of tumour cell: one bit for each completeness, arc and strength bin, once for cells whose
/// stained wall is their own and once for cells whose stained wall is only borrowed. Tells how rows nest;
/// counts nothing.
using CellSet = std::uint64_t;

/// Which measurable tumour cells a row counts: by pattern, or by the bins of the tally.
struct Selection {
  std::vector<Pattern> patterns;  ///< where not empty, the bins are not used
  std::array<bool, TallyBins::kCompleteness> completeness{true, true, true};
  bool reactive_only = false;  ///< longest arc in the upper bin
  int min_strength = 0;        ///< lowest strength bin that counts
  bool exclude_borrowed = false;

  std::uint64_t count(const Tally& tally) const;
  CellSet cells() const;
};

/// k of n against a share: `100 k > percent n`, or `>=`, and at least `min_cells`.
struct Threshold {
  bool strict = true;        ///< ">", else ">="
  std::int64_t percent = 0;  ///< 0-100
  std::int64_t min_cells = 0;

  bool share_holds(std::uint64_t k, std::uint64_t n) const;
  bool holds(std::uint64_t k, std::uint64_t n) const;
  std::int64_t least(std::uint64_t n) const;  ///< smallest k that holds; may exceed n
  const char* comparator() const { return strict ? ">" : ">="; }
};

/// Where all counted cells must be of these patterns for the group of the row to stand.
struct Only {
  Selection selection;
  std::string group, caveat;
};

struct Row {
  enum class Kind { Share, Cluster, Otherwise } kind = Kind::Share;
  std::string id, what, citation;
  Selection selection;
  Threshold threshold;             ///< Share
  int cluster_class = 0;           ///< Cluster: 1-3, index + 1 of Contiguity::largest_gastric_cluster
  std::int64_t cluster_cells = 0;  ///< Cluster: touching cells needed
  Score score = Score::Zero;
  std::string group;  ///< where the group table says "row"
  std::optional<Only> only;
  std::string caveat;        ///< given whenever the row decides
  std::string below_caveat;  ///< given where the row was tried, did not hold and counted at least one cell
  bool contiguous = false;   ///< the rule `scattered` is asked when the row decides
};

/// When cells are called scattered: the largest touching cluster is below both.
struct Scattered {
  std::int64_t cells = 0, percent = 0;
  std::string caveat;
};

/// A score from few cells gets no tag of its own.
struct FewCells {
  std::int64_t below = 0;
  Score score = Score::Zero;
  std::string group, caveat;
};

enum class IshOutcome { Absent, Negative, Positive, Recount };
inline constexpr int kIshOutcomes = 4;
inline constexpr int kScores = 4;
inline constexpr int kIshGroups = 5;

struct Group {
  std::string name;  ///< "row": the group of the row that decided; empty where the file names none
  std::string caveat;
};

struct Note {
  std::string code, message;
  std::vector<std::string> groups;
};

struct IshGroupRule {
  IshOutcome counted = IshOutcome::Negative, recounted = IshOutcome::Negative;
};

struct Rules {
  std::string id, version, title, digest;
  std::vector<Row> rows;  ///< in the order they are tried; the last is Otherwise
  std::optional<Scattered> scattered;
  std::optional<FewCells> few_cells;
  std::array<std::array<Group, kIshOutcomes>, kScores> groups;
  bool takes_ish_counts = false;
  std::array<std::array<IshGroupRule, kScores>, kIshGroups> ish_groups;
  std::map<std::string, std::string> caveats;  ///< code to message
  std::vector<Note> notes;
};

/// Throws Error Usage with file, line and column.
Rules read_rules(const ModelFile& file);

/// Measurable tumour cells.
std::uint64_t denominator(const Tally& tally);

/// How many cells would have to change for each other score; see docs/guidelines/README.md, "Margins".
std::vector<Margin> margins(const Rules& rules, const std::vector<std::uint64_t>& counts, std::uint64_t n,
                            std::size_t decided);

}  // namespace annulet::guideline
