#include "annulet/model/model_file.hpp"

#include <filesystem>

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"

namespace annulet {

/// Written by scripts/cmake/embed.cmake from models/*/*.toml; ends with an entry whose kind is null.
struct EmbeddedModel {
  const char *kind, *id, *text;
};
extern const EmbeddedModel kEmbeddedModels[];

std::vector<ModelFile> built_in_model_files() {
  std::vector<ModelFile> files;
  for (const EmbeddedModel* model = kEmbeddedModels; model->kind != nullptr; ++model) {
    files.push_back({model->kind, model->id, "built-in", model->text, sha256_of(model->text)});
  }
  return files;
}

ModelFile load_model_file(const std::string& kind, const std::string& id_or_path) {
  std::string ids;
  for (ModelFile& file : built_in_model_files()) {
    if (file.kind != kind) continue;
    if (file.id == id_or_path) return std::move(file);
    ids += (ids.empty() ? "" : ", ") + file.id;
  }
  const std::filesystem::path path(id_or_path);
  if (!std::filesystem::is_regular_file(path)) {
    throw Error(Code::Usage,
                "no " + kind + " named '" + id_or_path + "' and no such file; built in are: " + ids);
  }
  ModelFile file{kind, path.stem().string(), id_or_path, read_text(path), ""};
  file.digest = sha256_of(file.text);
  return file;
}

}  // namespace annulet
