#include <tiffio.h>

#include <mutex>

#include "annulet/slide/preflight.hpp"
#include "annulet/slide/slide_files.hpp"
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

/// Puts the slide's name before what `work` throws.
template <class Work>
auto naming(const InputFile& file, Work&& work) {
  try {
    return work();
  } catch (const Error& error) {
    throw file.error(error.code(), error.what());
  }
}

std::unique_ptr<SlideSource> open_tiff(InputFile file, TiffPlan plan, ReaderChoice choice) {
  const bool wants_openslide =
      choice == ReaderChoice::OpenSlide || (choice == ReaderChoice::Automatic && plan.for_openslide);
  if (wants_openslide) return open_with_openslide(file, plan.vendor == "generic-tiff" ? "" : plan.vendor);
  const TiffImage& base = plan.levels.front();
  const std::string why =
      plan.vendor == "hamamatsu" ? "NDPI files are read by OpenSlide alone" : why_unreadable(base);
  if (!why.empty()) throw file.error(Code::Unsupported, "this TIFF is not read: " + why);
  naming(file, [&] {
    for (TiffImage& level : plan.levels) load_places(file, level);
  });
  SlideInfo info = describe_tiff(file, plan.levels, plan.vendor);
  if (!base.tiled) return make_stripped_source(file, base, std::move(info));
  return make_tiff_source(std::move(file), std::move(plan.levels), std::move(info));
}

}  // namespace

std::unique_ptr<SlideSource> open_slide(const std::filesystem::path& path, ReaderChoice choice) {
  silence_libtiff_once();
  InputFile file(path);
  const Content content = content_of(file);
  // Nothing below is given to a library before our own code has looked through all of its structure.
  if (content == Content::Tiff) {
    TiffPlan plan = naming(file, [&] { return plan_tiff(file); });
    return open_tiff(std::move(file), std::move(plan), choice);
  }
  preflight(path);
  // A MIRAX slide is known by its name alone: the file itself is a small JPEG.
  const bool picture = (content == Content::Jpeg || content == Content::Png) && path.extension() != ".mrxs";
  if (choice == ReaderChoice::Tiff) throw file.error(Code::Unsupported, "is not a TIFF file");
  if (choice == ReaderChoice::Automatic && picture) return open_picture(file, content);
  return open_with_openslide(file, "");
}

std::string slide_digest(const std::filesystem::path& path, const std::function<void()>& at_each_piece) {
  return SlideWatch(path).digest(at_each_piece);
}

}  // namespace annulet
