// Makes the slides of scripts/bench from their recipe: the same arguments give the same bytes.
//   bench_slide PATH SIDE UM_PER_PX QUALITY 420|444 [PATH SIDE ...]
// SIDE in px, a multiple of 256. 36 % of a slide is tissue, in separate ragged pieces.
#include <fmt/format.h>

#include <future>
#include <optional>
#include <string>

#include "annulet/base/error.hpp"
#include "pyramid_stream.hpp"
#include "tissue_mosaic.hpp"

namespace {

using namespace annulet;
using namespace annulet::bench;

constexpr double kTissueShare = 0.36;

void make_slide(const Patches& patches, const SlideForm& form, const std::string& path) {
  const TissueMap map(form.side, form.um_per_px, kTissueShare);
  PyramidStream slide(path, form);
  RgbImage laid(form.side, kTilePx), written(form.side, kTilePx);
  lay_strip(patches, map, 0, laid);
  for (int top = kTilePx; top <= form.side; top += kTilePx) {
    std::swap(laid, written);
    // The next strip is laid while this one is compressed.
    auto next = std::async(std::launch::async, [&] {
      if (top < form.side) lay_strip(patches, map, top, laid);
    });
    slide.add(written);
    next.get();
  }
  slide.finish();
}

SlideForm form_of(char** words) {
  SlideForm form{std::stoi(words[0]), std::stod(words[1]), std::stoi(words[2]),
                 std::string(words[3]) == "420"};
  const bool known = form.subsample || std::string(words[3]) == "444";
  if (!known || form.side <= 0 || form.side % kTilePx != 0 || form.quality < 1 || form.quality > 100)
    throw Error(Code::Usage, "a slide is PATH SIDE UM_PER_PX QUALITY 420|444, SIDE a multiple of 256");
  return form;
}

}  // namespace

int main(int count, char** words) try {
  if (count < 6 || count % 5 != 1) {
    fmt::print(stderr, "usage: bench_slide PATH SIDE UM_PER_PX QUALITY 420|444 [PATH SIDE ...]\n");
    return 2;
  }
  std::optional<Patches> patches;
  for (int i = 1; i < count; i += 5) {
    const SlideForm form = form_of(words + i + 1);
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
