#pragma once
#include <memory>

#include "annulet/slide/slide_source.hpp"
#include "input_file.hpp"
#include "tiff_directory.hpp"

namespace annulet {

/// A slide of tiles that lie edge to edge, read by positioned reads of raw tiles. `levels` as from
/// choose_levels, tiled. No lock for JPEG and uncompressed tiles; LZW and deflate tiles borrow a libtiff
/// handle once a read.
std::unique_ptr<SlideSource> make_tiff_source(InputFile file, std::vector<TiffImage> levels, SlideInfo info);

/// A small TIFF of strips, decoded as a whole into memory.
/// Throws Error Unsupported (more than 64 Mpx), OverLimit, Corrupt (no strip at all can be decoded).
std::unique_ptr<SlideSource> make_stripped_source(const InputFile& file, const TiffImage& image,
                                                  SlideInfo info);

/// What the TIFF says of itself.
SlideInfo describe_tiff(const InputFile& file, const std::vector<TiffImage>& levels, std::string vendor);

}  // namespace annulet
