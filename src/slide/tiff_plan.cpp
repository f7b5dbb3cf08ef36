#include "tiff_plan.hpp"

#include <tiffio.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>

#include "limits.hpp"
#include "tile_heads.hpp"

namespace annulet {
namespace {

constexpr double kAspectTolerance = 0.02;  ///< relative, between a level's two downsamples
constexpr double kRoundingPixels = 1.0;    ///< a level's side may be rounded up or down
constexpr double kLeastDownsample = 1.2;  ///< a smaller step is another picture of the same size, not a level
constexpr std::uint16_t kAperioYcc = 33003, kAperioRgb = 33005, kJpeg2000 = 34712;

bool starts_with(const std::string& text, const char* prefix) {
  return text.rfind(prefix, 0) == 0;
}
bool contains(const std::string& text, const char* part) {
  return text.find(part) != std::string::npos;
}

std::uint64_t area(const TiffImage& image) {
  return std::uint64_t{image.width} * image.height;
}

/// The whole of "text" up to a size: "Macro", "label 387x463".
bool is_word_with_size(std::string text, const char* word) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (!starts_with(text, word)) return false;
  const std::string rest = text.substr(std::strlen(word));
  return rest.find_first_not_of(" \t\r\n0123456789x") == std::string::npos &&
         (rest.empty() || std::isspace(static_cast<unsigned char>(rest.front())) != 0);
}

/// Aperio writes "label 387x463" and "macro 1280x431" into the second line of the description, others the
/// word alone. Free text may begin with it ("Macrometastasis").
bool is_associated(const TiffImage& image) {
  const std::string head = image.description.substr(0, 200);
  if (starts_with(head, "Aperio")) return contains(head, "\nlabel ") || contains(head, "\nmacro ");
  return is_word_with_size(head, "label") || is_word_with_size(head, "macro");
}

bool is_level_of(const TiffImage& base, const TiffImage& image) {
  const double x = static_cast<double>(base.width) / image.width;
  const double y = static_cast<double>(base.height) / image.height;
  const double downsample = (x + y) / 2;
  if (downsample < kLeastDownsample) return false;
  if (std::abs(x - y) <= kAspectTolerance * downsample) return true;
  const double factor = std::max(x, y);
  return std::abs(base.width / factor - image.width) <= kRoundingPixels &&
         std::abs(base.height / factor - image.height) <= kRoundingPixels;
}

/// Whether `image` stands before tiled images of its aspect, as level 0 does: of a label there are none.
bool leads_levels(const std::vector<TiffImage>& images, const TiffImage& image) {
  const auto after = images.begin() + (&image - images.data()) + 1;
  return std::any_of(after, images.end(),
                     [&](const TiffImage& other) { return other.tiled && is_level_of(image, other); });
}

bool known_compression(std::uint16_t compression) {
  switch (compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_LZW:
    case COMPRESSION_JPEG:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string tiff_vendor(const TiffImage& first) {
  if (is_hamamatsu(first)) return "hamamatsu";
  if (starts_with(first.description, "Aperio")) return "aperio";
  if (contains(first.description, "leica-microsystems.com/scn")) return "leica";
  if (starts_with(first.software, "Philips")) return "philips";
  if (starts_with(first.software, "MedScan")) return "trestle";
  if (first.ventana) return "ventana";
  return "generic-tiff";
}

bool is_jpeg2000(const TiffImage& image) {
  return image.compression == kAperioYcc || image.compression == kAperioRgb || image.compression == kJpeg2000;
}

std::string why_unreadable(const TiffImage& image) {
  if (image.bits != 8) return "it has " + std::to_string(image.bits) + " bits a sample, not 8";
  if (image.sample_format != SAMPLEFORMAT_UINT && image.sample_format != SAMPLEFORMAT_VOID) {
    return "its samples are not unsigned integers";
  }
  if (image.planar != PLANARCONFIG_CONTIG) return "its colours are stored in separate planes";
  if (!known_compression(image.compression)) {
    return "its compression (TIFF number " + std::to_string(image.compression) + ") is not read";
  }
  const bool predicts = image.compression == COMPRESSION_LZW ||
                        image.compression == COMPRESSION_ADOBE_DEFLATE ||
                        image.compression == COMPRESSION_DEFLATE;
  if (predicts && image.predictor != PREDICTOR_NONE && image.predictor != PREDICTOR_HORIZONTAL)
    return "its predictor (number " + std::to_string(image.predictor) + ") is not read";
  if (image.fill_order != FILLORDER_MSB2LSB) return "its bits are stored in reverse order";
  const bool jpeg = image.compression == COMPRESSION_JPEG;
  const bool ycbcr = image.photometric == PHOTOMETRIC_YCBCR;
  if (image.photometric != PHOTOMETRIC_RGB && !(jpeg && ycbcr)) {
    return "it is not a colour picture in RGB (photometric " + std::to_string(image.photometric) + ", " +
           std::to_string(image.samples) + " samples a pixel)";
  }
  const bool alpha = image.samples == 4 && image.alpha != Alpha::None && !jpeg;
  if (image.samples != 3 && !alpha)
    return "it has " + std::to_string(image.samples) + " samples a pixel, not 3";
  return {};
}

std::vector<TiffImage> choose_levels(std::vector<TiffImage> images) {
  const auto rank = [&](const TiffImage& image) {
    const bool beside = is_associated(image) && !leads_levels(images, image);
    return std::pair(image.tiled && !beside, area(image));
  };
  const auto largest =
      std::max_element(images.begin(), images.end(),
                       [&](const TiffImage& a, const TiffImage& b) { return rank(a) < rank(b); });
  std::vector<TiffImage> levels{std::move(*largest)};
  images.erase(largest);
  if (!levels.front().tiled) return levels;
  std::stable_sort(images.begin(), images.end(),
                   [](const TiffImage& a, const TiffImage& b) { return area(a) > area(b); });
  for (TiffImage& image : images) {
    if (!image.tiled || is_associated(image) || !why_unreadable(image).empty()) continue;
    if (is_level_of(levels.front(), image) && area(image) < area(levels.back()))
      levels.push_back(std::move(image));
  }
  return levels;
}

TiffPlan plan_tiff(const ByteReader& file) {
  std::vector<TiffImage> images = read_tiff_directories(file);
  TiffPlan plan;
  plan.vendor = tiff_vendor(images.front());
  plan.levels = choose_levels(std::move(images));
  const TiffImage& base = plan.levels.front();
  if (plan.levels.size() > limits::kLevels) {
    throw Error(Code::OverLimit, "has " + std::to_string(plan.levels.size()) + " levels; at most " +
                                     std::to_string(limits::kLevels) + " are read");
  }
  const bool known = plan.vendor == "aperio" || plan.vendor == "generic-tiff";
  plan.for_openslide = !known || (plan.vendor == "aperio" && is_jpeg2000(base));
  std::string why;
  // OpenSlide would squeeze other depths into 8 bits without a word.
  const bool refused =
      !plan.for_openslide || base.bits != 8 || (!known_compression(base.compression) && !is_jpeg2000(base));
  if (refused) why = why_unreadable(base);
  if (!why.empty()) {
    throw Error(Code::Unsupported, "this TIFF is not read: " + why + "; save it as an 8-bit RGB tiled TIFF");
  }
  if (!plan.for_openslide) require_heads_of_codec(file, base);
  return plan;
}

}  // namespace annulet
