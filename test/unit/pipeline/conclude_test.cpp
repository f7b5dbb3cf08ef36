#include "annulet/pipeline/conclude.hpp"

#include <algorithm>

#include "support/catch.hpp"

using namespace annulet;

namespace {

ConcludeModels models() {
  return {
      load_grading("annulet-1"), KindModel::load("annulet-1"), Guideline::load("asco-cap-breast-2018"), {}};
}

bool has(const std::vector<Remark>& remarks, const char* code) {
  return std::any_of(remarks.begin(), remarks.end(), [&](const Remark& r) { return r.code == code; });
}

}  // namespace

TEST_CASE("a slide without cells gets reasons, never a 0") {
  const Conclusion conclusion = conclude({}, models(), {2.0, false, {}});
  CHECK_FALSE(conclusion.verdict.score);
  CHECK(has(conclusion.verdict.reasons, "too-few-cells"));
  CHECK_FALSE(has(conclusion.verdict.reasons, "too-little-tissue"));
}

TEST_CASE("every reason is told, and the caveats of the survey stay") {
  const Conclusion conclusion =
      conclude({}, models(), {kLeastTissueMm2 - 0.001, true, {{"picture", "a picture"}}});
  CHECK(has(conclusion.verdict.reasons, "too-few-cells"));
  CHECK(has(conclusion.verdict.reasons, "too-little-tissue"));
  CHECK(has(conclusion.verdict.reasons, "controls-failed"));
  CHECK(has(conclusion.verdict.caveats, "picture"));
  CHECK(conclusion.verdict.guideline == "asco-cap-breast-2018");
}
