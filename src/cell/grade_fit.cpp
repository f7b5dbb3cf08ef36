#include "cell/grade_fit.hpp"

#include <fmt/format.h>

#include "annulet/cell/grade.hpp"

namespace annulet {
namespace {

constexpr int kMostCases = 1'000'000;

std::string estimate(TomlTable& fit, const std::string& key) {
  const auto [value, low, high] = fit.vector3(key);
  return fmt::format("{:.3f} (95 %: {:.3f} to {:.3f})", value, low, high);
}

}  // namespace

std::string fit_words(TomlTable fit) {
  const int cases = fit.integer("cases", 1, kMostCases), slides = fit.integer("slides", 1, kMostCases);
  std::string words = fmt::format(
      "fitted by {} to {} cases ({} slides) of '{}' (data sha256 {}) as scored by {}, under {} (sha256 {}), "
      "from "
      "the grading {} (sha256 {})",
      fit.text("program"), cases, slides, fit.text("data"), fit.text("data_digest"), fit.text("reader"),
      fit.text("guideline"), fit.text("guideline_digest"), fit.text("base"), fit.text("base_digest"));
  words += fmt::format("; agreement in {} folds of cases that took no part: exact {}, quadratic kappa {}",
                       fit.integer("folds", 2, kMostCases), estimate(fit, "exact_out_of_fold"),
                       estimate(fit, "kappa_out_of_fold"));
  words +=
      fmt::format("; with that grading: exact {}, quadratic kappa {}; gain of kappa {}",
                  estimate(fit, "exact_before"), estimate(fit, "kappa_before"), estimate(fit, "kappa_gain"));
  if (!fit.flag("helps")) words += "; it was not shown to help";
  fit.no_other_keys();
  return words;
}

std::optional<Remark> fitted_note(const Grading& grading) {
  if (grading.fitted.empty()) return std::nullopt;
  return Remark{"fitted-grading", "the cut-offs of '" + grading.id + "' were " + grading.fitted};
}

}  // namespace annulet
