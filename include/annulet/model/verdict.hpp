#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "annulet/model/doubt.hpp"

namespace annulet {

/// A reason, caveat or note of a result.
struct Remark {
  std::string code;
  std::string message;
  friend bool operator==(const Remark&, const Remark&) = default;
};

/// One row of the guideline that was tried: k of n against `percent` by `comparator`.
struct TraceRow {
  std::string row;          ///< "R1"
  std::string condition;    ///< what was counted, in words
  std::uint64_t count = 0;  ///< k
  std::uint64_t of = 0;     ///< n
  std::string comparator;   ///< ">", ">="
  double percent = 0;       ///< the cut
  bool held = false;
  std::string why;      ///< one sentence: why it did or did not hold, with its numbers
  std::string outcome;  ///< "3+"
  std::string citation;
};

/// How far the score is from its neighbours: moving this many cells would change it.
struct Margin {
  std::string row;            ///< the row that would come to hold, or cease to
  std::string score;          ///< the score that would follow
  std::int64_t cells = 0;     ///< cells that would have to change (at least 1)
  double percent_points = 0;  ///< the same as a share of the measurable tumour cells
};

/// What the guideline says of a tally. Either a score, or reasons why there is none.
struct Verdict {
  std::optional<Score> score;
  std::string group;  ///< "null", "ultralow", ...; empty for none
  std::string guideline;
  std::string guideline_digest;  ///< SHA-256 of the guideline file
  std::string rule;              ///< id of the row that held
  std::vector<TraceRow> trace;
  std::vector<Remark> reasons, caveats, notes;
  std::vector<Margin> margins;  ///< nearest first
  Doubt doubt;
};

}  // namespace annulet
