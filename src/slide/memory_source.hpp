#pragma once
#include <memory>

#include "annulet/slide/slide_source.hpp"

namespace annulet {

/// A slide of one level whose pixels lie in memory. `pixels.rgb` is white where `pixels.covered` is 0; its
/// problems are told by every read that touches them.
std::unique_ptr<SlideSource> make_memory_source(SlidePixels pixels, SlideInfo info);

}  // namespace annulet
