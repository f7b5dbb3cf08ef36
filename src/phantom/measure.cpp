#include "phantom/measure.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace annulet::phantom {
namespace {

// The definitions of the truth (docs/science/phantom.md): visible wall, complete ring, faint and intense
// stain.
constexpr double kVisible = 0.10, kComplete = 0.85, kFaintBelow = 0.25, kIntenseFrom = 0.60,
                 kNoneBelow = 0.10;
constexpr double kAcrossWall = 0.5,
                 kAcrossStep = 0.25;  // um searched for the line's ridge on both sides of the wall
constexpr double kMaskPx = 4;         // px of the region mask, um 1 at 0.25 um/px
constexpr double kTissueGrid = 2;     // um

double sample(const Plane<float>& plane, double x, double y) {
  const double u = std::clamp(x, 0.0, plane.width() - 1.001), v = std::clamp(y, 0.0, plane.height() - 1.001);
  const int column = static_cast<int>(u), row = static_cast<int>(v);
  const double s = u - column, t = v - row;
  const double top = plane(column, row) + s * (plane(column + 1, row) - plane(column, row));
  const double bottom = plane(column, row + 1) + s * (plane(column + 1, row + 1) - plane(column, row + 1));
  return top + t * (bottom - top);
}

/// Membrane OD of the wall at a sample: the ridge within half a um of the wall.
double ridge(const Terrain& terrain, const Band& band, const Epithelium& cell, std::size_t k) {
  const Vec u = wall_direction(static_cast<int>(k));
  const Vec on_wall = terrain.unwarp({cell.seed.x + cell.wall[k] * u.x, cell.seed.y + cell.wall[k] * u.y});
  double best = 0;
  for (double across = -kAcrossWall; across <= kAcrossWall; across += kAcrossStep) {
    const double x = (on_wall.x + across * u.x) / band.pitch_um - 0.5;
    const double y = (on_wall.y + across * u.y) / band.pitch_um - 0.5 - band.first_row;
    best = std::max(best, sample(band.membrane, x, y));
  }
  return best;
}

const char* pattern_of(const PhantomCell& cell) {
  if (cell.completeness < kNoneBelow) return "none";
  if (cell.dab_od < kFaintBelow) return "1+";
  if (cell.completeness < kComplete) return "mi";
  return cell.dab_od < kIntenseFrom ? "2+" : "3+";
}

const char* intended_name(Intent intent) {
  switch (intent) {
    case Intent::None:
      return "none";
    case Intent::Faint:
      return "1+";
    case Intent::Incomplete:
      return "mi";
    case Intent::Intense:
      return "3+";
    case Intent::Moderate:
    case Intent::Ring:
      return "2+";
  }
  return "none";
}

double outline_area(const Nucleus& nucleus) {
  const auto points = nucleus.outline();
  double area = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Vec p = points[i], q = points[(i + 1) % points.size()];
    area += (p.x * q.y - p.y * q.x) / 2;
  }
  return area;
}

void measure_membrane(const PhantomRecipe& recipe, const Terrain& terrain, const Band& band,
                      const Epithelium& cell, PhantomCell& truth) {
  double stained_sum = 0, own_sum = 0;
  const double left = peak_left(cell.line_sigma_um, recipe.blur_um);
  for (std::size_t k = 0; k < kWallSamples; ++k) {
    const double od = ridge(terrain, band, cell, k), own = cell.membrane[k] * left, share = cell.share[k];
    truth.dab_od_all += share * od;
    truth.share_05 += od >= 0.05 ? share : 0;
    truth.share_15 += od >= 0.15 ? share : 0;
    truth.share_25 += od >= 0.25 ? share : 0;
    if (od >= kVisible) truth.completeness += share, stained_sum += share * od;
    if (own >= kVisible) truth.own_completeness += share, own_sum += share * own;
  }
  truth.dab_od = truth.completeness > 0 ? stained_sum / truth.completeness : 0;
  truth.own_od = truth.own_completeness > 0 ? own_sum / truth.own_completeness : 0;
  truth.pattern = pattern_of(truth);
  truth.intended = intended_name(cell.intent);
}

std::vector<Vec> outline_on_slide(const Terrain& terrain, const Epithelium& cell) {
  std::vector<Vec> outline;
  for (int k = 0; k < kWallSamples; k += 4) {
    const Vec u = wall_direction(k);
    const double t = cell.wall[static_cast<std::size_t>(k)];
    outline.push_back(terrain.unwarp({cell.seed.x + t * u.x, cell.seed.y + t * u.y}));
  }
  return outline;
}

bool leaves_slide(const Terrain& terrain, const std::vector<Vec>& outline) {
  return std::any_of(outline.begin(), outline.end(), [&](Vec p) {
    return p.x < 0 || p.y < 0 || p.x > terrain.width_um() || p.y > terrain.height_um();
  });
}

void add_flag(std::string& flags, const char* flag) {
  flags += (flags.empty() ? "" : "|") + std::string(flag);
}

bool inside(const Terrain& terrain, Vec p, double top_um, double bottom_um) {
  return p.x >= 0 && p.x < terrain.width_um() && p.y >= top_um && p.y < bottom_um;
}

}  // namespace

void measure_cells(const PhantomRecipe& recipe, const Terrain& terrain, const Tissue& tissue,
                   const Artefacts& artefacts, const Band& band, double top_um, double bottom_um,
                   std::vector<PhantomCell>& out) {
  for (const Epithelium& cell : tissue.cells) {
    if (cell.ghost) continue;
    const Vec at = terrain.unwarp(cell.nucleus.present ? cell.nucleus.centre : cell.centroid);
    if (!inside(terrain, at, top_um, bottom_um)) continue;
    PhantomCell truth;
    truth.type = cell.type;
    truth.x_um = at.x;
    truth.y_um = at.y;
    truth.nucleus = cell.nucleus.present;
    truth.nucleus_area_um2 = cell.nucleus.present ? outline_area(cell.nucleus) : 0;
    truth.cell_area_um2 = cell.area_um2;
    truth.perimeter_um = cell.perimeter_um;
    const std::vector<Vec> outline = outline_on_slide(terrain, cell);
    truth.flags = artefacts.flags(outline);
    if (cell.control) add_flag(truth.flags, kControlFlag);
    if (leaves_slide(terrain, outline)) add_flag(truth.flags, "cut");
    truth.evaluable = truth.flags.empty();
    measure_membrane(recipe, terrain, band, cell, truth);
    out.push_back(truth);
  }
  for (const FreeNucleus& cell : tissue.loose) {
    if (cell.red_cell) continue;
    const Vec at = terrain.unwarp(cell.nucleus.centre);
    if (!inside(terrain, at, top_um, bottom_um)) continue;
    PhantomCell truth;
    truth.type = cell.type;
    truth.x_um = at.x;
    truth.y_um = at.y;
    truth.nucleus_area_um2 = truth.cell_area_um2 = outline_area(cell.nucleus);
    truth.flags = artefacts.flags({at});
    if (terrain.in_control(at.x, at.y)) add_flag(truth.flags, kControlFlag);
    truth.evaluable = truth.flags.empty();
    out.push_back(truth);
  }
}

std::vector<PhantomRegion> tumour_regions(const PhantomRecipe& recipe, const Terrain& terrain,
                                          const Tissue& tissue) {
  const double pitch = kMaskPx * recipe.mpp;
  cv::Mat mask = cv::Mat::zeros(static_cast<int>(recipe.height_px / kMaskPx) + 1,
                                static_cast<int>(recipe.width_px / kMaskPx) + 1, CV_8U);
  for (const Epithelium& cell : tissue.cells) {
    if (cell.type != PhantomCellType::Tumour || cell.control) continue;
    std::vector<cv::Point> outline;
    for (int k = 0; k < kWallSamples; k += 4) {
      const Vec u = wall_direction(k);
      const double t = cell.wall[static_cast<std::size_t>(k)] + 0.5 * pitch;
      const Vec p = terrain.unwarp({cell.seed.x + t * u.x, cell.seed.y + t * u.y});
      outline.emplace_back(static_cast<int>(std::lround(p.x / pitch)),
                           static_cast<int>(std::lround(p.y / pitch)));
    }
    cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{outline}, cv::Scalar(255));
  }
  cv::morphologyEx(mask, mask, cv::MORPH_CLOSE, cv::getStructuringElement(cv::MORPH_ELLIPSE, {5, 5}));
  std::vector<std::vector<cv::Point>> contours;
  std::vector<cv::Vec4i> tree;
  cv::findContours(mask, contours, tree, cv::RETR_CCOMP, cv::CHAIN_APPROX_SIMPLE);
  const auto ring = [](const std::vector<cv::Point>& contour) {
    Polygon<SlideFrame> polygon;
    for (const cv::Point& p : contour) polygon.push_back({p.x * kMaskPx, p.y * kMaskPx});
    return polygon;
  };
  std::vector<PhantomRegion> regions;
  for (std::size_t i = 0; i < contours.size(); ++i) {
    if (tree[i][3] >= 0 || contours[i].size() < 4) continue;
    PhantomRegion region{ring(contours[i])};
    for (int hole = tree[i][2]; hole >= 0; hole = tree[static_cast<std::size_t>(hole)][0]) {
      const auto& contour = contours[static_cast<std::size_t>(hole)];
      if (contour.size() >= 4) region.push_back(ring(contour));
    }
    regions.push_back(std::move(region));
  }
  return regions;
}

double tissue_fraction(const Terrain& terrain) {
  long all = 0, tissue = 0;
  for (double y = kTissueGrid / 2; y < terrain.height_um(); y += kTissueGrid) {
    for (double x = kTissueGrid / 2; x < terrain.width_um(); x += kTissueGrid) {
      ++all;
      tissue += terrain.depth(x, y) > 0 && terrain.lumen_distance(x, y) > 0;
    }
  }
  return all == 0 ? 0 : static_cast<double>(tissue) / static_cast<double>(all);
}

}  // namespace annulet::phantom
