#pragma once
#include <string>

#include "annulet/model/stain.hpp"

namespace annulet {

/// Stain vectors of models/stains/<id>.toml (built in) or of a file of the same form; the white point is left
/// at its default. Throws Error Usage with line and column: an unknown or missing key, parallel vectors.
StainModel load_stain_preset(const std::string& id_or_path);

}  // namespace annulet
