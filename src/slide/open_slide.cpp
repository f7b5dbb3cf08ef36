#include <tiffio.h>

#include <mutex>

#include "annulet/base/digest.hpp"
#include "annulet/slide/slide_source.hpp"
#include "input_file.hpp"
#include "openslide_source.hpp"
#include "picture_source.hpp"
#include "tiff_plan.hpp"
#include "tiff_source.hpp"

namespace annulet {
namespace {

// Our own handles keep libtiff's messages; those that OpenSlide opens would print theirs on stderr.
void silence_libtiff_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    TIFFSetErrorHandler(nullptr);
    TIFFSetWarningHandler(nullptr);
  });
}

/// Formats whose tiles do not lie edge to edge as the TIFF says, and codecs that are OpenSlide's.
bool belongs_to_openslide(const std::string& vendor, const TiffImage& base) {
  return (vendor != "aperio" && vendor != "generic-tiff") || (vendor == "aperio" && is_jpeg2000(base));
}

std::unique_ptr<SlideSource> open_tiff(InputFile file, ReaderChoice choice) {
  std::vector<TiffImage> images = read_tiff_directories(file);
  const std::string vendor = tiff_vendor(images.front());
  std::vector<TiffImage> levels = choose_levels(std::move(images));
  const TiffImage& base = levels.front();
  const bool wants_openslide = choice == ReaderChoice::OpenSlide ||
                               (choice == ReaderChoice::Automatic && belongs_to_openslide(vendor, base));
  if (wants_openslide) {
    // OpenSlide would squeeze other depths into 8 bits without a word.
    if (base.bits != 8) throw file.error(Code::Unsupported, why_unreadable(base));
    return open_with_openslide(file, vendor == "generic-tiff" ? "" : vendor);
  }
  const std::string why =
      vendor == "hamamatsu" ? "NDPI files are read by OpenSlide alone" : why_unreadable(base);
  if (!why.empty()) {
    throw file.error(Code::Unsupported,
                     "this TIFF is not read: " + why + "; save it as an 8-bit RGB tiled TIFF");
  }
  SlideInfo info = describe_tiff(file, levels, vendor);
  if (!base.tiled) return make_stripped_source(file, base, std::move(info));
  return make_tiff_source(std::move(file), std::move(levels), std::move(info));
}

}  // namespace

std::unique_ptr<SlideSource> open_slide(const std::filesystem::path& path, ReaderChoice choice) {
  silence_libtiff_once();
  InputFile file(path);
  const Content content = content_of(file);
  if (content == Content::Tiff) return open_tiff(std::move(file), choice);
  // A MIRAX slide is known by its name alone: the file itself is a small JPEG.
  const bool picture = (content == Content::Jpeg || content == Content::Png) && path.extension() != ".mrxs";
  if (choice == ReaderChoice::Tiff) throw file.error(Code::Unsupported, "is not a TIFF file");
  if (choice == ReaderChoice::Automatic && picture) return open_picture(file, content);
  return open_with_openslide(file, "");
}

std::string slide_digest(const std::filesystem::path& path, const std::function<void()>& at_each_piece) {
  const InputFile file(path);
  return sha256_of_file(file.path(), at_each_piece);
}

}  // namespace annulet
