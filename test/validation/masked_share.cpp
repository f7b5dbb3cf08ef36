// How much of what is painted onto phantoms the quality masks cover, and how much clean tissue they cost:
// paints the slides that it is told to, scores each and compares. Lines of CSV on stdout. Usage: masked_share
// FOLDER FIRST_SEED SEEDS [ARTEFACT]   (FOLDER takes one slide at a time and its recipe)
#include <fmt/core.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "annulet/phantom/phantom_slide.hpp"
#include "annulet/phantom/pyramid_writer.hpp"
#include "annulet/pipeline/score_slide.hpp"

namespace {

using namespace annulet;

struct Case {
  std::string name;
  PhantomRecipe recipe;
};

void with_artefact(PhantomRecipe& recipe, const std::string& what) {
  static const std::vector<std::string> kPens{"blue", "green", "black", "red"};
  if (what == "fold") recipe.folds = 2;
  if (what == "blur") recipe.defocus_areas = 2;
  if (what == "bubble") recipe.bubbles = 1;
  if (what == "dust") recipe.dust = 12;
  for (const std::string& colour : kPens) {
    if (what != "pen-" + colour) continue;
    recipe.pens = 1;
    recipe.pen_colour = colour;
  }
}

std::vector<Case> cases(int first_seed, int seeds) {
  std::vector<Case> all;
  for (int i = 0; i < seeds; ++i) {
    int seed = first_seed + 100 * i;
    for (const char* preset : {"score0-null", "score1", "score2", "score3", "20x-score2"}) {
      for (const char* what :
           {"clean", "fold", "blur", "pen-blue", "pen-green", "pen-black", "pen-red", "bubble", "dust"}) {
        PhantomRecipe recipe = load_recipe(preset);
        recipe.seed = seed++;
        with_artefact(recipe, what);
        all.push_back({fmt::format("{},{},{:.0f}", preset, what, recipe.seed), recipe});
      }
    }
  }
  return all;
}

/// Pixels of the painted truth by what the masks say.
struct Counts {
  std::array<std::uint64_t, 6> painted{}, masked{};  // by bit of PhantomArtefact
  std::uint64_t clean = 0, lost = 0;
};

Counts compare(const PhantomSlide& slide, const SlideResult& result) {
  Counts counts;
  const double scale = kArtefactPitchUm / result.quality.pitch_um;
  const bool clean_slide = slide.artefacts.empty();
  const int width = clean_slide ? result.quality.flag.width() : slide.artefacts.width();
  const int height = clean_slide ? result.quality.flag.height() : slide.artefacts.height();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int mx = clean_slide ? x : static_cast<int>((x + 0.5) * scale),
                my = clean_slide ? y : static_cast<int>((y + 0.5) * scale);
      if (!result.quality.flag.contains(mx, my)) continue;
      const bool counted = result.tissue.piece(mx, my) != 0 && result.quality.flag(mx, my) == 0;
      const int bits =
          clean_slide ? (result.tissue.piece(mx, my) != 0 ? kPaintedTissue : 0) : slide.artefacts(x, y);
      if ((bits & kPaintedTissue) == 0) continue;
      if (bits == kPaintedTissue) {
        if (result.tissue.piece(mx, my) == 0) continue;  // lumens and gaps
        ++counts.clean;
        counts.lost += counted ? 0 : 1;
      }
      for (std::size_t i = 1; i < counts.painted.size(); ++i) {
        if ((bits >> i & 1) == 0) continue;
        ++counts.painted[i];
        counts.masked[i] += counted ? 0 : 1;
      }
    }
  }
  return counts;
}

void measure(const Case& one, const std::filesystem::path& folder) {
  const PhantomSlide slide = paint_phantom(one.recipe);
  const std::filesystem::path file = folder / "slide.tif";
  PyramidOptions options;
  options.mpp = one.recipe.mpp;
  options.quality = static_cast<int>(one.recipe.jpeg_quality);
  write_pyramid_tiff(slide.rgb, file, options);
  RunRecord run;
  const SlideResult result = score_slide(file, {}, {}, run);
  const PhantomTruth truth = conclude_phantom(slide);
  const Counts counts = compare(slide, result);
  std::string masks;
  for (const auto& [flag, mm2] : result.excluded_mm2)
    masks += fmt::format("{}{}={:.4f}", masks.empty() ? "" : " ", flag, mm2);
  std::string line = one.name;
  for (std::size_t i = 1; i < counts.painted.size(); ++i)
    line += fmt::format(",{},{}", counts.painted[i], counts.masked[i]);
  fmt::print("{},{},{},{},{},{}\n", line, counts.clean, counts.lost, truth.expected_score,
             result.verdict.score ? name(*result.verdict.score) : "none", masks);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    fmt::print(stderr, "usage: masked_share FOLDER FIRST_SEED SEEDS [ARTEFACT]\n");
    return 2;
  }
  fmt::print(
      "preset,artefact,seed,fold,fold_masked,pen,pen_masked,blur,blur_masked,bubble,bubble_masked,dust,"
      "dust_masked,clean,lost,expected,score,masks_mm2\n");
  for (const Case& one : cases(std::atoi(argv[2]), std::atoi(argv[3]))) {
    if (argc < 5 || one.name.find(argv[4]) != std::string::npos) measure(one, argv[1]);
  }
}
