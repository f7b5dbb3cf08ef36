#pragma once
#include <memory>

#include "annulet/slide/slide_source.hpp"
#include "input_file.hpp"

namespace annulet {

/// A slide read by OpenSlide (3.4.1 or 4). Throws Error Unsupported (OpenSlide does not know it), Corrupt.
std::unique_ptr<SlideSource> open_with_openslide(const InputFile& file);

}  // namespace annulet
