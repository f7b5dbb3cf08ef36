#pragma once
#include <string>

#include "annulet/base/plane.hpp"

namespace annulet {

/// Baseline JPEG of an image as a whole stream; quality in 1 .. 100, 4:2:0 with `subsample`, else 4:4:4. The
/// bytes depend on the arguments and libjpeg alone. Throws Error Internal for an image without pixels. Any
/// thread.
std::string encode_jpeg(const RgbImage& image, int quality, bool subsample = true);

}  // namespace annulet
