#pragma once
#include <memory>
#include <string>
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

  std::string id, version, digest;

 private:
  struct Trees;
  std::shared_ptr<const Trees> trees_;
};

}  // namespace annulet
