#include "report/model_origin.hpp"

#include "annulet/model/model_file.hpp"

namespace annulet::report {

std::vector<std::string> model_origins(const std::vector<ModelUse>& models) {
  std::vector<std::string> origins;
  for (const ModelUse& model : models) origins.emplace_back(is_built_in(model.digest) ? "built-in" : "file");
  return origins;
}

}  // namespace annulet::report
