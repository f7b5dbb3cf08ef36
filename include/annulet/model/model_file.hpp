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

/// What may be loaded of a model that a result or a store names: `id`, where it is built in (under `digest`,
/// where that is not empty). What stands there may be anybody's and is never taken as a path. `kind`:
/// "guideline", "grading", "kind". Throws Error Usage asking for the model's file.
std::string built_in_id(const std::string& kind, const std::string& id, const std::string& digest = "");

/// Every built-in file, sorted by kind and id.
std::vector<ModelFile> built_in_model_files();

/// Whether a text of this digest is compiled in: an edited file keeps the id of the one that it was made
/// from.
bool is_built_in(const std::string& digest);

}  // namespace annulet
