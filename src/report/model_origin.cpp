#include "report/model_origin.hpp"

#include <algorithm>

#include "annulet/model/model_file.hpp"

namespace annulet::report {

std::vector<std::string> model_origins(const std::vector<ModelUse>& models) {
  const std::vector<ModelFile> built_in = built_in_model_files();
  std::vector<std::string> origins;
  for (const ModelUse& model : models) {
    const bool known = std::any_of(built_in.begin(), built_in.end(),
                                   [&](const ModelFile& file) { return file.digest == model.digest; });
    origins.emplace_back(known ? "built-in" : "file");
  }
  return origins;
}

}  // namespace annulet::report
