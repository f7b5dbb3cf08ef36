#include "annulet/model/model_file.hpp"

#include <algorithm>
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

namespace {

ModelFile file_of(const EmbeddedModel& model) {
  return {model.kind, model.id, "built-in", model.text, sha256_of(model.text)};
}

}  // namespace

std::vector<ModelFile> built_in_model_files() {
  std::vector<ModelFile> files;
  for (const EmbeddedModel* model = kEmbeddedModels; model->kind != nullptr; ++model) {
    files.push_back(file_of(*model));
  }
  return files;
}

bool is_built_in(const std::string& digest) {
  const std::vector<ModelFile> files = built_in_model_files();
  return std::any_of(files.begin(), files.end(),
                     [&](const ModelFile& file) { return file.digest == digest; });
}

std::string built_in_id(const std::string& kind, const std::string& id, const std::string& digest) {
  const std::string folder = kind == "guideline" ? "guidelines" : kind;
  for (const ModelFile& file : built_in_model_files()) {
    if (file.kind == folder && file.id == id && (digest.empty() || file.digest == digest)) return id;
  }
  throw Error(Code::Usage, "scored with the " + kind + " '" + id +
                               "', which is not built into this annulet: give its file with --" + kind);
}

ModelFile load_model_file(const std::string& kind, const std::string& id_or_path) {
  std::string ids;
  for (const EmbeddedModel* model = kEmbeddedModels; model->kind != nullptr; ++model) {
    if (model->kind != kind) continue;
    if (model->id == id_or_path) return file_of(*model);
    ids += (ids.empty() ? "" : ", ") + std::string(model->id);
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
