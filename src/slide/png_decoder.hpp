#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "annulet/slide/slide_source.hpp"

namespace annulet {

/// A PNG of 8 bits a sample, decoded with libpng; samples as stored, whatever gamma the file names.
struct PngPicture {
  SlidePixels pixels;        ///< what is not fully opaque is white and not covered
  std::string fault;         ///< empty where all is well
  bool unsupported = false;  ///< a good PNG, but no colour picture of 8 bits
};

/// `data` is a PNG whose chunks are whole and whose size is one that may be held. Memory: the picture twice.
PngPicture decode_png_picture(std::span<const std::uint8_t> data);

}  // namespace annulet
