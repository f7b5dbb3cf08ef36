#pragma once
#include <string>

#include "annulet/model/toml_table.hpp"

namespace annulet {

/// Section [fit] of a grading file in one sentence, for the results that use it. Throws Error Usage.
std::string fit_words(TomlTable fit);

}  // namespace annulet
