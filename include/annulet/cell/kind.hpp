#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "annulet/base/ranges.hpp"
#include "annulet/model/cell_row.hpp"

namespace annulet {

/// Tumour, benign, lymphocyte, stroma or uncertain for every cell, by trees on its own nucleus and its
/// neighbourhood within 30-100 um, in which no DAB takes part. A wall that is strong all around (0.25 OD on
/// 70 % of the rays in the built-in model) then decides two cases: what the trees call stroma or lymphocyte
/// is tumour with it, and an interior (kFlagInterior) is tumour with it where it is large enough and lies
/// apart from seen tumour nuclei, else uncertain. Integer arithmetic; sizes are judged absolutely and against
/// the slide's own. `cells` sorted by `before`. docs/science/kind.md.
class KindModel {
 public:
  /// models/kind/<id>.toml (built in) or a path. Throws Error Usage.
  static KindModel load(const std::string& id_or_path);
  /// Of a loaded model; one that was not loaded is a defect (Code::Internal). The kinds are the same however
  /// `over` cuts the table. Cost: about 2 us a cell.
  std::vector<CellKind> operator()(const CellTable& cells, const OverRanges& over = in_one_range) const;

  /// What the trees are told of one cell and what they make of it: the features by name, and the votes of
  /// each kind (1/1024 logit; the most wins). An interior and a strong wall all around are judged apart from
  /// them.
  struct Reasons {
    std::vector<std::pair<std::string, std::int32_t>> features;
    std::vector<std::pair<CellKind, std::int64_t>> votes;  ///< most first
    bool walled = false;                                   ///< a strong wall all around
  };
  /// Cost: a pass over the table.
  Reasons reasons(const CellTable& cells, std::size_t index) const;

  std::string id, version, digest;

 private:
  struct Trees;
  std::shared_ptr<const Trees> trees_;
};

}  // namespace annulet
