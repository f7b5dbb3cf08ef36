#pragma once
#include <string>
#include <vector>

#include "annulet/model/cell_row.hpp"

namespace annulet {

/// Tumour, benign, lymphocyte, stroma or uncertain for every cell, from its own nucleus and its neighbourhood within
/// 30-100 um; no DAB feature of the membrane takes part. Integer arithmetic. `cells` sorted by `before`.
/// docs/science/kind.md.
class KindModel {
 public:
  /// models/kind/<id>.toml (built in) or a path. Throws Error Usage.
  static KindModel load(const std::string& id_or_path);
  std::vector<CellKind> operator()(const CellTable& cells) const;

  std::string id, version, digest;

 private:
  struct Parameters;
  std::vector<int> parameters_;
};

}  // namespace annulet
