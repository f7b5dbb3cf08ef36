#pragma once
#include <memory>

#include "annulet/slide/slide_source.hpp"
#include "input_file.hpp"

namespace annulet {

/// Decodes a JPEG or PNG picture whole into memory: at most 256 Mpx of 8-bit colour.
/// Throws Error Unsupported, OverLimit, Truncated, Corrupt.
std::unique_ptr<SlideSource> open_picture(const InputFile& file, Content content);

}  // namespace annulet
