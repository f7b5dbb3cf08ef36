#pragma once
#include <string>
#include <string_view>

#include "annulet/base/plane.hpp"

namespace annulet::report {

/// JPEG for the report page, where a field as PNG would be five times the bytes. quality in 1 .. 100.
std::string encode_jpeg(const RgbImage& image, int quality);

/// RFC 4648 section 4, with padding.
std::string base64(std::string_view bytes);

}  // namespace annulet::report
