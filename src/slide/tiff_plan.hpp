#pragma once
#include <string>
#include <vector>

#include "annulet/model/slide_info.hpp"
#include "tiff_directory.hpp"

namespace annulet {

/// Whose TIFF it is, by the marks that scanners leave: "aperio", "hamamatsu", "leica", "philips", "trestle",
/// "ventana", or "generic-tiff". Only aperio and generic-tiff have tiles that lie edge to edge as TIFF says.
std::string tiff_vendor(const TiffImage& first);

/// Empty when the pixels of this image can be read here, else why not.
std::string why_unreadable(const TiffImage& image);

/// True for JPEG 2000 tiles (Aperio 33003 and 33005), which OpenSlide reads.
bool is_jpeg2000(const TiffImage& image);

/// The images that make up the slide's pyramid, finest first: the largest tiled image that is no label or
/// macro (by its description; one that is followed by levels of its own is neither), and every readable
/// smaller one of the same aspect (2 %, or one pixel of rounding). Without any tiled image the largest
/// stripped one alone. Never empty.
std::vector<TiffImage> choose_levels(std::vector<TiffImage> images);

/// What a TIFF file holds and who reads it.
struct TiffPlan {
  std::string vendor;             ///< as tiff_vendor
  std::vector<TiffImage> levels;  ///< as choose_levels, without the places of tiles
  bool for_openslide = false;     ///< a format whose tiles do not lie edge to edge, or a codec of OpenSlide's
};

/// Reads and checks the whole structure of the file and that its pixels are of a kind that is read. Throws
/// Error Truncated, Corrupt, OverLimit, Unsupported without the slide's name.
TiffPlan plan_tiff(const ByteReader& file);

}  // namespace annulet
