#include <tiffio.h>

#include "limits.hpp"
#include "memory_source.hpp"
#include "pixel_window.hpp"
#include "tiff_handle.hpp"
#include "tiff_source.hpp"

namespace annulet {
namespace {

/// More decoded than stored bytes than this is no picture: deflate reaches 1030, JPEG 800 on white.
constexpr std::uint64_t kMostExpansion = 2048;

void check_size(const InputFile& file, const TiffImage& image) {
  const std::uint64_t pixels = std::uint64_t{image.width} * image.height;
  if (pixels > limits::kStrippedPixels) {
    throw file.error(Code::Unsupported,
                     "is a TIFF without tiles of " + std::to_string(image.width) + " x " +
                         std::to_string(image.height) +
                         " px; save it as a tiled TIFF (for example: vips tiffsave IN OUT --tile "
                         "--pyramid --compression jpeg --Q 90)");
  }
  if (pixels * image.samples / kMostExpansion > file.bytes()) {
    throw file.error(Code::OverLimit, "claims more than " + std::to_string(kMostExpansion) +
                                          " times as many bytes of pixels as the file has");
  }
}

class StripReader {
 public:
  StripReader(const InputFile& file, const TiffImage& image)
      : file_(file), image_(image), handle_(file), window_({0, 0, image.width, image.height}, pixels_) {}

  SlidePixels read(const SlideInfo& info);

 private:
  std::string read_strip(std::uint32_t number, const Rect<LevelFrame>& area);
  void copy_rows(const Rect<LevelFrame>& area);

  const InputFile& file_;
  const TiffImage& image_;
  TiffHandle handle_;
  SlidePixels pixels_;
  PixelWindow window_;
  std::vector<std::uint8_t> strip_;
};

SlidePixels StripReader::read(const SlideInfo& info) {
  TIFF* tiff = handle_.tiff();
  if (tiff == nullptr || TIFFSetSubDirectory(tiff, image_.directory) != 1) {
    throw file_.error(Code::Corrupt, "changed while it was opened; try again");
  }
  if (image_.compression == COMPRESSION_JPEG) TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  std::string first_fault;
  std::uint32_t good = 0;
  for (std::uint32_t i = 0; i < image_.rows(); ++i) {
    const std::int64_t y = std::int64_t{i} * image_.piece_height;
    const Rect<LevelFrame> area{0, y, image_.width,
                                std::min<std::int64_t>(y + image_.piece_height, image_.height)};
    const bool missing = image_.sizes[i] == 0;
    const std::string fault = missing ? "has no data" : read_strip(i, area);
    if (fault.empty()) {
      ++good;
      continue;
    }
    if (first_fault.empty()) first_fault = fault;
    window_.lost(area);
    pixels_.problems.push_back({missing ? ProblemKind::Missing : ProblemKind::Undecodable,
                                "strip " + std::to_string(i) + ": " + fault, slide_area(info, 0, area)});
  }
  if (good == 0) throw file_.error(Code::Corrupt, "none of its pixels can be decoded (" + first_fault + ")");
  return std::move(pixels_);
}

std::string StripReader::read_strip(std::uint32_t number, const Rect<LevelFrame>& area) {
  const std::size_t bytes = static_cast<std::size_t>(area.area()) * image_.samples;
  strip_.resize(bytes);
  handle_.forget();
  const tmsize_t got =
      TIFFReadEncodedStrip(handle_.tiff(), number, strip_.data(), static_cast<tmsize_t>(bytes));
  if (!handle_.fault().empty()) return handle_.fault();
  if (got != static_cast<tmsize_t>(bytes)) return "holds fewer bytes than pixels";
  copy_rows(area);
  return {};
}

void StripReader::copy_rows(const Rect<LevelFrame>& area) {
  if (image_.samples == 3) {
    std::memcpy(window_.at(0, area.y0), strip_.data(), strip_.size());
    return;
  }
  const std::uint8_t* from = strip_.data();
  for (std::int64_t y = area.y0; y < area.y1; ++y) {
    for (std::int64_t x = 0; x < area.x1; ++x, from += 4) {
      if (from[3] == 255) {
        std::memcpy(window_.at(x, y), from, 3);
      } else {
        window_.lost_pixel(x, y);
      }
    }
  }
}

}  // namespace

std::unique_ptr<SlideSource> make_stripped_source(const InputFile& file, const TiffImage& image,
                                                  SlideInfo info) {
  check_size(file, image);
  SlidePixels pixels = StripReader(file, image).read(info);
  return make_memory_source(std::move(pixels), std::move(info));
}

}  // namespace annulet
