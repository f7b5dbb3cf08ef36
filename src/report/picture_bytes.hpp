#pragma once
#include <string>
#include <string_view>

#include "annulet/base/plane.hpp"

namespace annulet::report {

/// RFC 4648 section 4, with padding.
std::string base64(std::string_view bytes);

}  // namespace annulet::report
