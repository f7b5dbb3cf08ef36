#pragma once
#include <string>
#include <vector>

#include "annulet/model/result.hpp"

namespace annulet::report {

/// For each model "built-in" or "file": by the digest of its text, because an edited file keeps the id of the
/// one it was made from. Parallel to `models`. Cost: the digest of every built-in file.
std::vector<std::string> model_origins(const std::vector<ModelUse>& models);

}  // namespace annulet::report
