#include "annulet/cohort/fitted_grading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "annulet/base/digest.hpp"

namespace annulet {
namespace {

constexpr std::size_t kVersionDigits = 8;  // other evidence is another version

/// A basic string of TOML.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04X}", byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string knots(const CalibrationCurve& curve) {
  std::string out;
  for (const auto& [measured, truth] : curve.knots)
    out += fmt::format("{}[{}, {}]", out.empty() ? "" : ", ", measured, truth);
  return "[" + out + "]";
}

std::string estimate(const char* key, double value, Interval interval) {
  return fmt::format("{} = [{:.3f}, {:.3f}, {:.3f}]\n", key, value, interval.low, interval.high);
}

/// Where too few replicates were defined, the interval is everything.
std::string estimate(const char* key, const Estimate& of) {
  const std::optional<Interval>& interval = of.wilson ? of.wilson : of.bootstrap;
  return estimate(key, of.value.value_or(0), interval.value_or(Interval{-1, 1}));
}

std::string fit_section(const Calibration& fit, const std::vector<CalibrationSlide>& slides,
                        const CalibrationSettings& settings, const FitOrigin& origin) {
  std::string out =
      "# Agreement with the reader over slides, each with its interval of 95 %: with the base's "
      "cut-offs, and\n# by cut-offs that no slide of the same case took part in choosing.\n[fit]\n";
  out += "base = " + quoted(settings.base.id) + "\nbase_digest = " + quoted(settings.base.digest) + "\n";
  out += "guideline = " + quoted(settings.guideline.id()) + "\n";
  out += "guideline_digest = " + quoted(settings.guideline.digest()) + "\n";
  out += "data = " + quoted(origin.data) + "\ndata_digest = " + quoted(labels_digest(slides)) + "\n";
  out += "reader = " + quoted(origin.reader) + "\n";
  out += fmt::format("cases = {}\nslides = {}\nfolds = {}\n", fit.cases, slides.size(), fit.folds);
  out += estimate("exact_before", fit.agreement_before.exact);
  out += estimate("exact_out_of_fold", fit.agreement_out_of_fold.exact);
  out += estimate("kappa_before", fit.agreement_before.quadratic_kappa);
  out += estimate("kappa_out_of_fold", fit.agreement_out_of_fold.quadratic_kappa);
  out += estimate("kappa_gain", fit.kappa_gain, fit.kappa_gain_95);
  out += fmt::format("helps = {}\n", fit.helps);
  return out + "program = " + quoted("annulet " + origin.program_version) + "\n";
}

}  // namespace

std::string labels_digest(const std::vector<CalibrationSlide>& slides) {
  std::vector<std::string> lines;
  for (const CalibrationSlide& slide : slides)
    lines.push_back(slide.sha256 + "\t" + slide.case_id + "\t" + name(slide.label) + "\n");
  std::sort(lines.begin(), lines.end());
  std::string all;
  for (const std::string& line : lines) all += line;
  return sha256_of(all);
}

std::string fitted_grading_toml(const Calibration& fit, const std::vector<CalibrationSlide>& slides,
                                const CalibrationSettings& settings, const FitOrigin& origin) {
  const Grading grading = with_cut_offs(settings.base, fit.after);
  std::string out = "# Cut-offs fitted by annulet calibrate. What is not a cut-off is the base's.\n";
  out += "id = " + quoted(origin.id) + "\n";
  out += "version = " + quoted("fit-" + labels_digest(slides).substr(0, kVersionDigits)) + "\n";
  out += "source = " + quoted("fitted to readers' scores, see [fit]; base: " + settings.base.source) + "\n";
  out += "licence = " + quoted("of the laboratory") + "\n";
  out += fmt::format("\n[visible]\nod = {}\nod_max = {}\nbridged_rays = {}\n", grading.visible_od,
                     grading.visible_od_max, grading.bridged_rays);
  out += fmt::format(
      "\n[cuts]\nstained_share = {}\ncomplete_share = {}\nfaint_od = {}\nmoderate_od = {}\n"
      "intense_od = {}\nreactive_arc = {}\n",
      grading.stained_share, grading.complete_share, grading.faint_od, grading.moderate_od,
      grading.intense_od, grading.reactive_arc);
  out += "\n[calibration]\ncompleteness = " + knots(grading.completeness) +
         "\nstrength = " + knots(grading.strength) + "\n\n";
  return out + fit_section(fit, slides, settings, origin);
}

}  // namespace annulet
