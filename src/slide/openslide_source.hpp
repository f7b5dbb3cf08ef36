#pragma once
#include <memory>
#include <string>

#include "annulet/slide/slide_source.hpp"
#include "input_file.hpp"

namespace annulet {

/// A slide read by OpenSlide (3.4.1 or 4). `scanner` names the maker whose mark the file bears, empty for
/// none: a marked file that OpenSlide does not recognise is damaged. Throws Error Corrupt, and Unsupported
/// for one without.
std::unique_ptr<SlideSource> open_with_openslide(const InputFile& file, const std::string& scanner);

}  // namespace annulet
