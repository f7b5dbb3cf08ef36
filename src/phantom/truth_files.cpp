#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "annulet/base/files.hpp"
#include "annulet/phantom/phantom_slide.hpp"

namespace annulet {
namespace {

using Json = nlohmann::ordered_json;

const char* type_name(PhantomCellType type) {
  switch (type) {
    case PhantomCellType::Tumour:
      return "tumour";
    case PhantomCellType::Benign:
      return "benign-epithelium";
    case PhantomCellType::Lymphocyte:
      return "lymphocyte";
    case PhantomCellType::Stroma:
      return "stroma";
    case PhantomCellType::Debris:
      return "debris";
  }
  return "debris";
}

double rounded(double value, double unit) {
  return std::round(value * unit) / unit;
}

Json percent_json(const PhantomTruth::Percent& p) {
  return {{"none", rounded(p.none, 1000)},
          {"1+", rounded(p.faint, 1000)},
          {"2+", rounded(p.moderate, 1000)},
          {"3+", rounded(p.intense, 1000)},
          {"mi", rounded(p.mi, 1000)}};
}

Json recipe_json(const PhantomRecipe& recipe) {
  Json json;
  const PhantomRecipe plain;
  for (const RecipeParameter& parameter : recipe_parameters()) {
    const double value = recipe.*parameter.field;
    if (!parameter.extra || value != plain.*parameter.field) json[parameter.key] = value;
  }
  json["chromogen"] = recipe.chromogen;
  json["architecture"] = recipe.architecture;
  if (recipe.pens > 0) json["pen_colour"] = recipe.pen_colour;
  json["haematoxylin_vector"] = recipe.haematoxylin_vector;
  json["chromogen_vector"] = recipe.chromogen_vector;
  json["white"] = recipe.white;
  return json;
}

std::string slide_json(const PhantomSlide& slide, const std::filesystem::path& path) {
  const PhantomTruth truth = conclude_phantom(slide);
  const auto optional = [](const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); };
  Json counts{{"tumour", 0}, {"benign-epithelium", 0}, {"lymphocyte", 0}, {"stroma", 0}, {"debris", 0}};
  for (const PhantomCell& cell : slide.cells)
    counts[type_name(cell.type)] = counts[type_name(cell.type)].get<int>() + 1;
  Json json;
  json["name"] = path.stem().string();
  json["preset"] = slide.recipe.preset;
  json["file"] = path.filename().string();
  json["width"] = slide.rgb.width;
  json["height"] = slide.rgb.height;
  json["mpp"] = slide.recipe.mpp;
  json["format"] = path.extension() == ".svs" ? "svs" : "tiff";
  json["seed"] = static_cast<std::uint64_t>(slide.recipe.seed);
  json["expected_score"] = optional(truth.expected_score);
  json["expected_reason"] = truth.expected_reason;
  json["score0_kind"] = optional(truth.zero_kind);
  json["acceptable_scores"] = truth.acceptable;
  json["pct"] = percent_json(truth.evaluable);
  json["pct_mi_own"] = rounded(truth.percent_mi_own, 1000);
  json["pct_mi_own_strong"] = rounded(truth.percent_mi_own_strong, 1000);
  json["pct_all_tumour"] = percent_json(truth.all);
  json["n_tumour"] = truth.tumour;
  json["n_tumour_evaluable"] = truth.tumour_evaluable;
  json["n_cells"] = counts;
  const PhantomTruth::Percent& p = truth.evaluable;
  json["h_score"] = rounded(p.faint + 2 * (p.moderate + p.mi) + 3 * p.intense, 100);
  json["tissue_fraction"] = rounded(slide.tissue_fraction, 10000);
  json["tissue_mask_um_per_px"] = 2.0;
  json["thresholds"] = {
      {"visible_od", 0.1}, {"complete", 0.85}, {"faint_below", 0.25}, {"intense_from", 0.6}};
  json["recipe"] = recipe_json(slide.recipe);
  return json.dump(1) + "\n";
}

std::string cells_csv(const PhantomSlide& slide) {
  std::string csv =
      "id,x_um,y_um,x_px,y_px,type,nucleus,nucleus_area_um2,cell_area_um2,perimeter_um,cls,completeness,dab_"
      "od,"
      "dab_od_all,compl_t05,compl_t15,compl_t25,own_completeness,intended,evaluable,flags\n";
  int id = 0;
  for (const PhantomCell& cell : slide.cells) {
    csv += fmt::format(
        "{},{:.3f},{:.3f},{:.2f},{:.2f},{},{},{:.2f},{:.1f},{:.1f},{},{:.4f},{:.4f},{:.4f},{:.4f},{:.4f},{:."
        "4f},{:.4f},{},{},{}\n",
        id++, cell.x_um, cell.y_um, cell.x_um / slide.recipe.mpp, cell.y_um / slide.recipe.mpp,
        type_name(cell.type), cell.nucleus ? 1 : 0, cell.nucleus_area_um2, cell.cell_area_um2,
        cell.perimeter_um, cell.pattern, cell.completeness, cell.dab_od, cell.dab_od_all, cell.share_05,
        cell.share_15, cell.share_25, cell.own_completeness, cell.intended, cell.evaluable ? 1 : 0,
        cell.flags);
  }
  return csv;
}

std::string roi_geojson(const PhantomSlide& slide) {
  Json features = Json::array();
  for (const PhantomRegion& region : slide.tumour) {
    Json rings = Json::array();
    for (const Polygon<SlideFrame>& ring : region) {
      Json points = Json::array();
      for (const auto& p : ring) points.push_back({p.x, p.y});
      points.push_back({ring.front().x, ring.front().y});
      rings.push_back(std::move(points));
    }
    Json properties{{"objectType", "annotation"},
                    {"name", "Tumor"},
                    {"classification", {{"name", "Tumor"}, {"color", {200, 0, 0}}}}};
    features.push_back({{"type", "Feature"},
                        {"id", fmt::format("tumor-{}", features.size())},
                        {"geometry", {{"type", "Polygon"}, {"coordinates", std::move(rings)}}},
                        {"properties", std::move(properties)}});
  }
  return Json{{"type", "FeatureCollection"}, {"features", std::move(features)}}.dump() + "\n";
}

/// A binary grey map (PGM), which every image library reads.
std::string artefacts_pgm(const Plane<std::uint8_t>& map) {
  std::string pgm = fmt::format("P5\n{} {}\n255\n", map.width(), map.height());
  return pgm.append(reinterpret_cast<const char*>(map.data()), map.size());
}

}  // namespace

std::array<std::filesystem::path, 4> phantom_truth_files(const std::filesystem::path& slide) {
  const std::string stem = (slide.parent_path() / slide.stem()).string();
  return {stem + ".slide.json", stem + ".cells.csv", stem + ".roi.geojson", stem + ".artefacts.pgm"};
}

void write_phantom_truth(const PhantomSlide& slide, const std::string& slide_path) {
  const auto [json, cells, regions, artefacts] = phantom_truth_files(slide_path);
  write_file_atomically(json, slide_json(slide, slide_path));
  write_file_atomically(cells, cells_csv(slide));
  write_file_atomically(regions, roi_geojson(slide));
  std::error_code ignored;
  if (slide.artefacts.empty())
    std::filesystem::remove(artefacts, ignored);  // of an earlier slide of this name
  else
    write_file_atomically(artefacts, artefacts_pgm(slide.artefacts));
}

}  // namespace annulet
