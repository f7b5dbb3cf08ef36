#include "annulet/cohort/fitted_grading.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "annulet/base/error.hpp"
#include "annulet/cohort/calibration_slides.hpp"
#include "made_cohort.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() /
              ("annulet-fitted-" + std::to_string(::getpid()) + ".toml")) {
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

CohortRow row(const std::string& slide, std::vector<std::pair<std::string, Score>> readers,
              bool scored = true) {
  CohortRow made;
  made.asked.slide = slide;
  made.asked.readers = std::move(readers);
  if (scored) made.outcome.score = Score::One;
  return made;
}

std::string refusal(const std::vector<CohortRow>& rows, const std::string& reader, bool consensus) {
  try {
    label_slides(rows, reader, consensus);
  } catch (const Error& error) {
    CHECK(error.code() == Code::Usage);
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a fitted grading is loaded like any other and says where it comes from") {
  const MadeCohort cohort = made_cohort(40, Around::Intense, {100, 250, 720, 850}, 1);
  CalibrationSettings settings = made_settings();
  settings.base = load_grading("annulet-1");
  const Calibration fit = calibrate(cohort.slides, cohort.load(), settings);
  const std::string nasty = "St. \"Elsewhere\" \\ 2026\n[cuts]\x7f";
  const std::string text =
      fitted_grading_toml(fit, cohort.slides, settings, {"our-lab", nasty, "consensus of A and B", "9.9"});
  const TemporaryFile file(text);
  const Grading loaded = load_grading(file.path());
  CHECK(loaded.id == "our-lab");
  CHECK(loaded.version == "fit-" + labels_digest(cohort.slides).substr(0, 8));
  CHECK(cut_offs_of(loaded) == fit.after);
  CHECK(loaded.strength.knots == settings.base.strength.knots);
  CHECK(loaded.completeness.knots == settings.base.completeness.knots);
  CHECK(loaded.moderate_od == settings.base.moderate_od);
  for (const std::string& part :
       {std::string("40 cases (40 slides)"), nasty, std::string("consensus of A and B"), settings.base.digest,
        settings.guideline.digest(), std::string("annulet 9.9")})
    CHECK(loaded.fitted.find(part) != std::string::npos);
  CHECK((loaded.fitted.find("not shown to help") == std::string::npos) == fit.helps);
  CHECK(text ==
        fitted_grading_toml(fit, cohort.slides, settings, {"our-lab", nasty, "consensus of A and B", "9.9"}));
}

TEST_CASE("a fit section with a part missing or too much is refused") {
  const MadeCohort cohort = made_cohort(30, Around::All, {100, 250, 600, 850}, 1);
  const CalibrationSettings settings = made_settings();
  const Calibration fit = calibrate(cohort.slides, cohort.load(), settings);
  CalibrationSettings named = settings;
  named.base.id = named.base.digest = named.base.source = "x";
  const std::string text = fitted_grading_toml(fit, cohort.slides, named, {"a", "b", "c", "1"});
  const auto loads = [](const std::string& toml) {
    const TemporaryFile file(toml);
    try {
      return load_grading(file.path()).id == "a";
    } catch (const Error& error) {
      CHECK(error.code() == Code::Usage);
      return false;
    }
  };
  CHECK(loads(text));
  CHECK(loads(text.substr(0, text.find("# Agreement"))));  // by hand: nothing was fitted
  CHECK_FALSE(loads(text + "more = 1\n"));
  CHECK_FALSE(loads(text.substr(0, text.find("program = "))));
}

TEST_CASE("the digest of the labels is that of the evidence, in any order") {
  std::vector<CalibrationSlide> slides = made_cohort(25, Around::All, {100, 250, 600, 850}, 1).slides;
  const std::string digest = labels_digest(slides);
  std::reverse(slides.begin(), slides.end());
  CHECK(labels_digest(slides) == digest);
  slides[3].name = "renamed";
  CHECK(labels_digest(slides) == digest);
  slides[3].label = slides[3].label == Score::One ? Score::Two : Score::One;
  CHECK(labels_digest(slides) != digest);
}

TEST_CASE("labels are one reader's scores or the median of all") {
  const std::vector<CohortRow> rows{
      row("a", {{"A", Score::One}, {"B", Score::Two}, {"C", Score::Two}}),
      row("b", {{"A", Score::Zero}, {"B", Score::Two}}),  // split
      row("c", {{"B", Score::Three}, {"A", Score::Three}}),
      row("d", {}),
      row("e", {{"A", Score::Two}, {"B", Score::Two}}, false),
  };
  const LabelledSlides median = label_slides(rows, "", true);
  CHECK(median.reader == "consensus of A, B and C");
  REQUIRE(median.slides.size() == 2);
  CHECK(median.slides[0].label == Score::Two);
  CHECK(median.slides[1].label == Score::Three);
  CHECK(median.row == std::vector<std::size_t>{0, 2});
  CHECK(median.undecided == 1);
  CHECK(median.unread == 1);
  CHECK(median.unscored == 1);

  const LabelledSlides by_c = label_slides(rows, "C", false);
  CHECK(by_c.slides.size() == 1);
  CHECK(by_c.unread == 4);

  CHECK(refusal(rows, "", false).find("A, B and C") != std::string::npos);
  CHECK(refusal(rows, "D", false).find("no reader 'D'") == 0);
  CHECK(refusal({row("d", {})}, "", true).find("no slide") == 0);
  CHECK(label_slides(std::vector{row("a", {{"A", Score::One}})}, "", false).reader == "A");
}
