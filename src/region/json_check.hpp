#pragma once
#include <string>
#include <string_view>

namespace annulet::region {

/// Reads JSON without keeping it and throws Error Usage, with line and byte, for what may not be kept: text
/// that is no JSON, deeper than kDeepestJson, with a number that no double holds, with more values than
/// kMostCorners corners explain, or with a key twice that decides where a region is or what it means.
/// (nlohmann's own tree takes 16 bytes and more a value, and a call a level when it is freed.)
void check_json(std::string_view text, const std::string& file_name);

}  // namespace annulet::region
