#pragma once
#include <memory>
#include <string>
#include <vector>

#include "annulet/model/cell_row.hpp"

namespace annulet {

/// Tumour, benign, lymphocyte, stroma or uncertain for every cell, from its own nucleus and its neighbourhood
/// within 30-100 um; no DAB takes part. Only an interior (kFlagInterior) is judged by its wall: tumour when
/// enough of its ring is strong. Integer arithmetic; sizes are judged absolutely and against the slide's own.
/// `cells` sorted by `before`. docs/science/kind.md.
class KindModel {
 public:
  /// models/kind/<id>.toml (built in) or a path. Throws Error Usage.
  static KindModel load(const std::string& id_or_path);
  /// Of a loaded model; one that was not loaded is a defect (Code::Internal). Cost: about 2 us a cell.
  std::vector<CellKind> operator()(const CellTable& cells) const;

  std::string id, version, digest;

 private:
  struct Trees;
  std::shared_ptr<const Trees> trees_;
};

}  // namespace annulet
