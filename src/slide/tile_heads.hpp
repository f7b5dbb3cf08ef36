#pragma once
#include "tiff_directory.hpp"

namespace annulet {

/// Looks at the first bytes of up to 64 tiles or strips spread over the image. Throws Error Corrupt, without
/// the slide's name, where none of those that have bytes begins as its codec demands: then the directory says
/// something else than what the file holds, and every tile would be lost one by one.
void require_heads_of_codec(const ByteReader& file, const TiffImage& image);

}  // namespace annulet
