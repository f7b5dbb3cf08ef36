#pragma once
#include <string>
#include <utility>
#include <vector>

namespace annulet {

/// A data file of models/: stains, grading, guidelines, kind. The ones in the repository are compiled in, so
/// that the program runs from any folder.
struct ModelFile {
  std::string kind;    ///< folder under models/: "stains", "grading", "guidelines", "kind"
  std::string id;      ///< file name without .toml
  std::string origin;  ///< "built-in", or the path it was read from
  std::string text;
  std::string digest;  ///< SHA-256 of the text
};

/// `id_or_path`: a built-in id, else a path to a file. Throws Error Usage naming the ids there are.
ModelFile load_model_file(const std::string& kind, const std::string& id_or_path);

/// Every built-in file, sorted by kind and id.
std::vector<ModelFile> built_in_model_files();

/// Whether a text of this digest is compiled in: an edited file keeps the id of the one that it was made
/// from.
bool is_built_in(const std::string& digest);

}  // namespace annulet
