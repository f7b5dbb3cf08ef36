// Makes the slides of scripts/bench from their recipe: the same arguments give the same bytes.
//   bench_slide PATH SIDE UM_PER_PX QUALITY SAMPLING [PATH SIDE ...]
// SIDE in px, a multiple of 256. 36 % of a slide is tissue, in separate ragged pieces. A PATH that ends in
// .ndpi becomes a slide in Hamamatsu's layout, any other a pyramidal tiled TIFF.
#include <fmt/format.h>

#include <future>
#include <memory>
#include <optional>
#include <string>

#include "annulet/base/error.hpp"
#include "ndpi_stream.hpp"
#include "tiff_stream.hpp"
#include "tissue_mosaic.hpp"

namespace {

using namespace annulet;
using namespace annulet::bench;

constexpr double kTissueShare = 0.36;

std::unique_ptr<StripPyramid> stream_to(const std::filesystem::path& path, const SlideForm& form) {
  if (path.extension() == ".ndpi") return std::make_unique<NdpiStream>(path, form);
  return std::make_unique<TiffStream>(path, form);
}

void make_slide(const Patches& patches, const SlideForm& form, const std::string& path) {
  const TissueMap map(form.side, form.um_per_px, kTissueShare);
  const std::unique_ptr<StripPyramid> slide = stream_to(path, form);
  RgbImage laid(form.side, kStripRows), written(form.side, kStripRows);
  lay_strip(patches, map, 0, laid);
  for (int top = kStripRows; top <= form.side; top += kStripRows) {
    std::swap(laid, written);
    // The next strip is laid while this one is compressed.
    auto next = std::async(std::launch::async, [&] {
      if (top < form.side) lay_strip(patches, map, top, laid);
    });
    slide->add(written);
    next.get();
  }
  slide->finish();
}

SlideForm form_of(const std::filesystem::path& path, char** words) {
  const std::string sampling = words[3];
  const SlideForm form{std::stoi(words[0]), std::stod(words[1]), std::stoi(words[2]),
                       sampling == "444" ? 1 : 2, sampling == "420" ? 2 : 1};
  const bool known = sampling == "444" || sampling == (path.extension() == ".ndpi" ? "422" : "420");
  if (!known || form.side <= 0 || form.side % kStripRows != 0 || form.quality < 1 || form.quality > 100)
    throw Error(Code::Usage, path.string() + ": see the head of bench_slide.cpp for what a slide may be");
  return form;
}

}  // namespace

int main(int count, char** words) try {
  if (count < 6 || count % 5 != 1) {
    fmt::print(stderr, "usage: bench_slide PATH SIDE UM_PER_PX QUALITY SAMPLING [PATH SIDE ...]\n");
    return 2;
  }
  std::optional<Patches> patches;
  for (int i = 1; i < count; i += 5) {
    const SlideForm form = form_of(words[i], words + i + 1);
    if (!patches || patches->um_per_px != form.um_per_px) {
      patches.reset();
      patches = paint_patches(form.um_per_px);
    }
    make_slide(*patches, form, words[i]);
  }
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "bench_slide: {}\n", error.what());
  return 1;
}
