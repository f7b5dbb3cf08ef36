#pragma once
#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "annulet/base/geometry.hpp"
#include "annulet/base/plane.hpp"
#include "annulet/phantom/recipe.hpp"

namespace annulet {

/// What a painted cell is; the names of the truth files are tumour, benign-epithelium, lymphocyte, stroma,
/// debris.
enum class PhantomCellType { Tumour, Benign, Lymphocyte, Stroma, Debris };

/// Truth about one painted cell. Lengths in um from the slide's top left, OD along the unit DAB vector.
struct PhantomCell {
  PhantomCellType type = PhantomCellType::Tumour;
  double x_um = 0, y_um = 0;  ///< centroid of the nucleus, of the cell where it has none
  bool nucleus = true;
  double nucleus_area_um2 = 0, cell_area_um2 = 0, perimeter_um = 0;
  std::string pattern = "none";   ///< none, 1+, 2+, 3+, mi
  std::string intended = "none";  ///< what the recipe drew for it
  double completeness = 0;        ///< share of the perimeter with membrane DAB >= 0.10 OD after optical blur
  double dab_od = 0, dab_od_all = 0;                ///< mean over the stained part, over the whole perimeter
  double share_05 = 0, share_15 = 0, share_25 = 0;  ///< as completeness, from 0.05, 0.15, 0.25 OD
  double own_completeness = 0, own_od = 0;          ///< from the membrane of this cell alone
  bool evaluable = true;                            ///< false where it bears a flag
  std::string flags;  ///< of fold, pen, blur, edge, bubble, dust, control, cut (by the border), joined by |
};

/// The flag of cells in the control tissue: they are tumour cells, but not the patient's.
inline constexpr char kControlFlag[] = "control";
inline bool is_control(const PhantomCell& cell) {
  return cell.flags.find(kControlFlag) != std::string::npos;
}

/// Outer ring first, then the holes. Closed, last point not repeated. Level-0 pixels.
using PhantomRegion = std::vector<Polygon<SlideFrame>>;

/// Bits of PhantomSlide::artefacts, and of the pixels of `<stem>.artefacts.pgm`.
enum PhantomArtefact : std::uint8_t {
  kPaintedTissue = 1,
  kPaintedFold = 2,
  kPaintedPen = 4,
  kPaintedBlur = 8,
  kPaintedBubble = 16,
  kPaintedDust = 32
};
inline constexpr double kArtefactPitchUm = 2;

/// A synthetic slide in memory, with its truth.
struct PhantomSlide {
  PhantomRecipe recipe;
  RgbImage rgb;
  std::vector<PhantomCell> cells;  ///< sorted by (y, x)
  std::vector<PhantomRegion> tumour;
  double tissue_fraction = 0;
  Plane<std::uint8_t> artefacts;  ///< squares of kArtefactPitchUm; empty where the recipe has no artefact
};

/// Paints a recipe. Deterministic in the recipe, one thread, about 1 s per 1,000,000 px at 0.25 um/px; memory
/// is the picture plus a band of it in seven float planes. Throws Error Usage for a slide of more than 300
/// Mpx to paint.
/// `band_pixels`: size of the bands, at least 64 rows each; it changes memory and never the result.
PhantomSlide paint_phantom(const PhantomRecipe& recipe, double band_pixels = 6e6);

/// What the percentages mean for the slide.
struct PhantomTruth {
  std::string expected_score;  ///< "0", "1+", "2+", "3+"; empty where no score is expected
  std::string expected_reason,
      zero_kind;  ///< zero_kind: "null" or "ultralow" where the score is 0, else empty
  std::vector<std::string>
      acceptable;  ///< every score within 2 points of a cut; "None" where none is expected
  struct Percent {
    double none = 0, faint = 0, moderate = 0, intense = 0, mi = 0;
  } evaluable, all;           ///< of the evaluable tumour cells, of all of them
  double percent_mi_own = 0;  ///< mi by their own membrane
  double percent_mi_own_strong =
      0;  ///< of these the ones of at least 0.40 OD, which make the pattern unusual
  int tumour = 0, tumour_evaluable = 0;  ///< without the control tissue's
};

/// Scores the truth by ASCO/CAP 2018. Source: docs/science/phantom.md.
PhantomTruth conclude_phantom(const PhantomSlide& slide);

/// Where the truth of a slide lies: `<stem>.slide.json`, `<stem>.cells.csv`, `<stem>.roi.geojson` and, where
/// it has artefacts, `<stem>.artefacts.pgm` beside it.
std::array<std::filesystem::path, 4> phantom_truth_files(const std::filesystem::path& slide);

/// Writes them. Throws Error Output.
void write_phantom_truth(const PhantomSlide& slide, const std::string& slide_path);

}  // namespace annulet
