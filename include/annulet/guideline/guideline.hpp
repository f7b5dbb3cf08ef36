#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "annulet/model/tally.hpp"
#include "annulet/model/verdict.hpp"

namespace annulet {

/// Facts about where the cells lie that some rows and tags need; computed once from the graded table.
struct Contiguity {
  std::uint64_t largest_intense_cluster = 0;  ///< most intense_complete tumour cells that touch one another
  /// gastric biopsy: most touching tumour cells of at least class 1+, 2+, 3+ (gastric classes)
  std::uint64_t largest_gastric_cluster[3] = {0, 0, 0};
};

/// In situ hybridisation as given by `--ish`.
struct Ish {
  enum class Kind { Absent, Negative, Positive, Counts } kind = Kind::Absent;
  double ratio = 0, copies = 0;
  bool recounted = false;
  int group() const;                       ///< 1-5 of the 2018 guideline, for Counts
  /// "negative", "positive", "RATIO,COPIES[,recounted]". Throws Error Usage.
  static Ish parse(const std::string& text);
};

/// A guideline: rows of models/guidelines/*.toml in the order they are tried.
class Guideline {
 public:
  /// One of the five built-in ids, or a path. Throws Error Usage with line and column.
  static Guideline load(const std::string& id_or_path);
  static std::vector<std::string> built_in_ids();

  const std::string& id() const;
  const std::string& version() const;
  const std::string& digest() const;
  const std::string& title() const;

  /// Score, group, rule, trace, caveats and margins for the tumour cells of a tally (contract 4). Does not judge
  /// sufficiency: `n` measurable tumour cells must be at least 1. Throws Error Usage for an --ish that does not belong.
  Verdict decide(const Tally& tally, const Contiguity& contiguity, const Ish& ish) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace annulet
