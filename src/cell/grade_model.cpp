#include <algorithm>

#include "annulet/base/integer_math.hpp"
#include "annulet/cell/grade.hpp"
#include "annulet/model/toml_table.hpp"
#include "cell/grade_fit.hpp"

namespace annulet {
namespace {

constexpr int kLargestOd = 2550;  // 1/1000 OD: what a byte of 1/100 OD holds

CalibrationCurve curve_of(TomlTable& table, const std::string& key) {
  CalibrationCurve curve{table.pairs(key)};
  if (curve.knots.size() < 2) table.reject(key, "needs at least two knots");
  for (std::size_t i = 1; i < curve.knots.size(); ++i) {
    if (curve.knots[i].first <= curve.knots[i - 1].first ||
        curve.knots[i].second <= curve.knots[i - 1].second) {
      table.reject(key, "must rise strictly from knot to knot, in both numbers");
    }
  }
  return curve;
}

}  // namespace

int CalibrationCurve::operator()(int measured) const {
  std::size_t upper = 1;
  while (upper + 1 < knots.size() && knots[upper].first < measured) ++upper;
  const auto [x0, y0] = knots[upper - 1];
  const auto [x1, y1] = knots[upper];
  return y0 + static_cast<int>(divide_round(std::int64_t{measured - x0} * (y1 - y0), x1 - x0));
}

Grading load_grading(const std::string& id_or_path) {
  const ModelFile file = load_model_file("grading", id_or_path);
  TomlTable table(file);
  Grading grading;
  grading.id = table.text("id");
  grading.version = table.text("version");
  grading.source = table.text("source");
  table.text("licence");
  grading.digest = file.digest;
  grading.visible_od = table.integer("visible.od", 1, kLargestOd);
  grading.visible_od_max = table.integer("visible.od_max", grading.visible_od, kLargestOd);
  grading.bridged_rays = table.integer("visible.bridged_rays", 0, kRays / 4);
  grading.stained_share = table.integer("cuts.stained_share", 1, 999);
  grading.complete_share = table.integer("cuts.complete_share", grading.stained_share + 1, 1000);
  grading.faint_od = table.integer("cuts.faint_od", 1, kLargestOd);
  grading.moderate_od = table.integer("cuts.moderate_od", grading.faint_od + 1, kLargestOd);
  grading.intense_od = table.integer("cuts.intense_od", grading.moderate_od + 1, kLargestOd);
  grading.reactive_arc = table.integer("cuts.reactive_arc", 1, 1000);
  grading.completeness = curve_of(table, "calibration.completeness");
  grading.strength = curve_of(table, "calibration.strength");
  if (table.has("fit")) grading.fitted = fit_words(table.table("fit"));
  table.no_other_keys();
  return grading;
}

}  // namespace annulet
