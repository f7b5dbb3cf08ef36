#include "annulet/cohort/calibrate.hpp"

#include <cstdlib>
#include <set>

#include "annulet/base/error.hpp"
#include "made_cohort.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

constexpr CutOffs kShipped{100, 250, 600, 850};

Calibration fit(const MadeCohort& cohort, const CalibrationSettings& settings = made_settings()) {
  return calibrate(cohort.slides, cohort.load(), settings);
}

void shuffle_labels(MadeCohort& cohort, std::uint64_t seed) {
  Random random(seed);
  for (std::size_t left = cohort.slides.size(); left > 1; --left)
    std::swap(cohort.slides[left - 1].label, cohort.slides[random.below(left)].label);
}

/// A reader who is one score off in so many of a hundred slides.
void add_noise(MadeCohort& cohort, int percent, std::uint64_t seed) {
  Random random(seed);
  for (CalibrationSlide& slide : cohort.slides) {
    if (random.uniform() * 100 >= percent) continue;
    const int off = static_cast<int>(slide.label) + (random.uniform() < 0.5 ? -1 : 1);
    slide.label = static_cast<Score>(std::clamp(off, 0, kScoreCount - 1));
  }
}

std::string refusal(const MadeCohort& cohort, const CalibrationSettings& settings = made_settings()) {
  try {
    fit(cohort, settings);
  } catch (const Error& error) {
    CHECK(error.code() == Code::Usage);
    return error.what();
  }
  return "";
}

MadeCohort first(MadeCohort cohort, std::size_t count) {
  cohort.slides.resize(count);
  cohort.cells.resize(count);
  return cohort;
}

}  // namespace

TEST_CASE("planted cut-offs are found") {
  struct Planted {
    Around around;
    std::size_t slides, cut;
    int value, within;
  };
  // Within two steps of the grid, three for what fewer slides speak of.
  for (const auto& [around, slides, cut, value, within] :
       {Planted{Around::Intense, 80, 2, 450, 40}, Planted{Around::Intense, 80, 2, 760, 40},
        Planted{Around::Faint, 80, 1, 190, 40}, Planted{Around::Faint, 80, 1, 320, 40},
        Planted{Around::Visible, 120, 0, 140, 20}, Planted{Around::Complete, 120, 3, 740, 60}}) {
    std::array<int, kCutOffs> reader = values(kShipped);
    reader[cut] = value;
    const MadeCohort cohort = made_cohort(slides, around, {reader[0], reader[1], reader[2], reader[3]}, 7);
    const Calibration found = fit(cohort);
    INFO(kCutOffNames[cut] << " " << value << ": found " << values(found.after)[cut]);
    CHECK(std::abs(values(found.after)[cut] - value) <= within);
    CHECK(found.helps);
    CHECK(found.kappa_gain > 0);
    CHECK(*found.agreement_out_of_fold.exact.value > *found.agreement_before.exact.value + 0.02);
  }
}

TEST_CASE("a reader who goes by the shipped cut-offs leaves them as they are") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    const Calibration found = fit(made_cohort(60, Around::All, kShipped, seed));
    CHECK(found.after == kShipped);
    CHECK_FALSE(found.helps);
    CHECK(found.agreement_before.exact.value == 1.0);
    for (const CutOffs& fold : found.fold_cuts) CHECK(fold == kShipped);
  }
}

TEST_CASE("a wrong base is brought back") {
  const MadeCohort cohort = made_cohort(80, Around::Intense, kShipped, 11);
  const Calibration found = fit(cohort, made_settings({100, 250, 450, 850}));
  CHECK(std::abs(found.after.intense_od - 600) <= 40);
  CHECK(found.helps);
  CHECK(*found.agreement_out_of_fold.exact.value >= 0.95);
}

TEST_CASE("shuffled labels are never said to be met better") {
  int helped = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    MadeCohort cohort = made_cohort(seed % 2 == 0 ? 30 : 60, Around::All, kShipped, seed);
    shuffle_labels(cohort, 100 + seed);
    const Calibration found = fit(cohort);
    helped += found.helps ? 1 : 0;
    CHECK(*found.agreement_out_of_fold.quadratic_kappa.value < 0.4);
  }
  CHECK(helped == 0);
}

TEST_CASE("a noisy reader's cut-offs are found less exactly, and the gain is still seen") {
  MadeCohort cohort = made_cohort(110, Around::Intense, {100, 250, 760, 850}, 5);
  add_noise(cohort, 15, 9);
  const Calibration found = fit(cohort);
  CHECK(std::abs(found.after.intense_od - 760) <= 60);
  CHECK(found.helps);
  CHECK(*found.agreement_out_of_fold.exact.value < 0.95);
}

TEST_CASE("noise alone moves nothing that is claimed") {
  for (const std::uint64_t seed : {1, 2}) {
    MadeCohort cohort = made_cohort(60, Around::All, kShipped, seed);
    add_noise(cohort, 20, 50 + seed);
    CHECK_FALSE(fit(cohort).helps);
  }
}

TEST_CASE("a cut-off of which the labels say nothing stays") {
  MadeCohort all = made_cohort(200, Around::Faint, {100, 190, 600, 850}, 3), cohort;
  for (std::size_t i = 0; i < all.slides.size(); ++i) {
    if (all.slides[i].label == Score::Three) continue;
    cohort.slides.push_back(all.slides[i]);
    cohort.cells.push_back(all.cells[i]);
  }
  const Calibration found = fit(cohort);
  CHECK_FALSE(found.cuts[2].free);
  CHECK(found.cuts[2].after == 600);
  CHECK(found.cuts[2].why_not.find("0 are 3+") != std::string::npos);
  for (const std::size_t cut : {0, 1, 3}) CHECK(found.cuts[cut].free);
  CHECK(std::abs(found.after.faint_od - 190) <= 40);
  for (const CutOffs& fold : found.fold_cuts) CHECK(fold.intense_od == 600);
}

TEST_CASE("few cases, one score and touching cells are refused with what to do") {
  const MadeCohort cohort = made_cohort(30, Around::All, kShipped, 1);
  CHECK(refusal(first(cohort, 24)).find("24 cases have a reader's score") == 0);
  CHECK(refusal(first(cohort, 24)).find("at least 25") != std::string::npos);
  CHECK(refusal(first(cohort, 25)).empty());
  CHECK(refusal({}).find("0 cases") == 0);

  MadeCohort alike = cohort;
  for (CalibrationSlide& slide : alike.slides) slide.label = Score::Two;
  CHECK(refusal(alike).find("every case is 2+") == 0);

  MadeCohort one_patient = cohort;
  for (CalibrationSlide& slide : one_patient.slides) slide.case_id = "A";
  CHECK(refusal(one_patient).find("1 cases") == 0);

  CalibrationSettings biopsy = made_settings();
  biopsy.guideline = Guideline::load("gastric-2016-biopsy");
  CHECK(refusal(cohort, biopsy).find("judges cells that touch") != std::string::npos);
}

TEST_CASE("slides of a case stay in one fold and are no more evidence than one") {
  const MadeCohort once = made_cohort(60, Around::Intense, {100, 250, 720, 850}, 2);
  MadeCohort thrice;
  for (int copy = 0; copy < 3; ++copy) {
    thrice.slides.insert(thrice.slides.end(), once.slides.begin(), once.slides.end());
    thrice.cells.insert(thrice.cells.end(), once.cells.begin(), once.cells.end());
  }
  const Calibration one = fit(once), three = fit(thrice);
  CHECK(three.cases == 60);
  CHECK(three.after == one.after);
  CHECK(three.fold_cuts == one.fold_cuts);
  CHECK(std::abs(three.kappa_gain - one.kappa_gain) < 1e-9);
  CHECK(std::abs(three.kappa_gain_95.low - one.kappa_gain_95.low) < 1e-9);
  CHECK(std::abs(three.kappa_gain_95.high - one.kappa_gain_95.high) < 1e-9);
  for (std::size_t s = 0; s < 60; ++s) {
    CHECK(three.slides[s].fold == three.slides[s + 60].fold);
    CHECK(three.slides[s].fold == three.slides[s + 120].fold);
  }
}

TEST_CASE("every fold has cases of every label that there are enough of") {
  const MadeCohort cohort = made_cohort(100, Around::All, kShipped, 4);
  const Calibration found = fit(cohort);
  std::array<std::set<std::size_t>, kScoreCount> folds;
  std::array<std::size_t, kScoreCount> cases{};
  for (std::size_t s = 0; s < cohort.slides.size(); ++s) {
    folds[static_cast<std::size_t>(cohort.slides[s].label)].insert(found.slides[s].fold);
    ++cases[static_cast<std::size_t>(cohort.slides[s].label)];
  }
  CHECK(found.folds == 10);
  for (std::size_t label = 0; label < kScoreCount; ++label)
    CHECK(folds[label].size() == std::min<std::size_t>(10, cases[label]));
}

TEST_CASE("what a slide is scored by out of fold does not depend on its own label") {
  MadeCohort cohort = made_cohort(40, Around::Intense, {100, 250, 480, 850}, 6);
  const Calibration found = fit(cohort);
  // Exchanging labels within a fold leaves the other folds' choices, which score that fold, as they are.
  std::size_t one = 0, other = 0;
  for (std::size_t s = 0; s < cohort.slides.size(); ++s) {
    for (std::size_t t = s + 1; t < cohort.slides.size(); ++t) {
      if (found.slides[s].fold == found.slides[t].fold && cohort.slides[s].label != cohort.slides[t].label)
        one = s, other = t;
    }
  }
  REQUIRE(one != other);
  const std::size_t fold = found.slides[one].fold;
  std::swap(cohort.slides[one].label, cohort.slides[other].label);
  std::swap(cohort.slides[one].name, cohort.slides[other].name);
  std::swap(cohort.slides[one].case_id, cohort.slides[other].case_id);
  const Calibration again = fit(cohort);
  REQUIRE(again.slides[one].fold == fold);
  CHECK(again.fold_cuts[fold] == found.fold_cuts[fold]);
}

TEST_CASE("the order of the slides and the cut of the work change nothing") {
  const MadeCohort cohort = made_cohort(40, Around::Intense, {100, 250, 700, 850}, 8);
  MadeCohort turned = cohort;
  std::reverse(turned.slides.begin(), turned.slides.end());
  std::reverse(turned.cells.begin(), turned.cells.end());
  CalibrationSettings in_pieces = made_settings();
  in_pieces.over = [](std::size_t count, const auto& work) {
    for (std::size_t end = count; end > 0; end -= std::min<std::size_t>(end, 77))
      work(end - std::min<std::size_t>(end, 77), end);
  };
  const Calibration one = fit(cohort), other = fit(turned, in_pieces);
  CHECK(one.after == other.after);
  CHECK(one.fold_cuts == other.fold_cuts);
  CHECK(one.pull == other.pull);
  CHECK(one.kappa_gain_95 == other.kappa_gain_95);
  CHECK(one.agreement_out_of_fold.matrix == other.agreement_out_of_fold.matrix);
}

TEST_CASE("what is reported is what the chosen cut-offs give") {
  const MadeCohort cohort = made_cohort(40, Around::Intense, {100, 250, 720, 850}, 12);
  const Calibration found = fit(cohort);
  for (std::size_t s = 0; s < cohort.slides.size(); ++s) {
    const CalibratedSlide& slide = found.slides[s];
    CHECK(slide.before == read_by(cohort.cells[s], with_cut_offs(plain_grading(), found.before)));
    CHECK(slide.after == read_by(cohort.cells[s], with_cut_offs(plain_grading(), found.after)));
    CHECK(slide.out_of_fold ==
          read_by(cohort.cells[s], with_cut_offs(plain_grading(), found.fold_cuts[slide.fold])));
  }
}

TEST_CASE("claims of help are rare where there is none", "[long]") {
  int helped = 0;
  constexpr int kCohorts = 200;
  for (std::uint64_t seed = 1; seed <= kCohorts; ++seed) {
    MadeCohort cohort = made_cohort(25 + seed % 40, Around::All, kShipped, 1000 + seed);
    shuffle_labels(cohort, 5000 + seed);
    helped += fit(cohort).helps ? 1 : 0;
  }
  WARN(helped << " of " << kCohorts << " shuffled cohorts were said to be met better");
  CHECK(helped <= kCohorts / 20);
}

TEST_CASE("more cases show a gain more often and find the cut-offs more exactly", "[long]") {
  constexpr int kCohorts = 40;
  std::vector<int> helped, typical;
  for (const std::size_t count : {25, 50, 100, 200}) {
    std::vector<int> errors;
    int helps = 0;
    for (std::uint64_t seed = 1; seed <= kCohorts; ++seed) {
      MadeCohort cohort = made_cohort(count, Around::Intense, {100, 250, 720, 850}, 300 + seed);
      add_noise(cohort, 10, 700 + seed);
      const Calibration found = fit(cohort);
      helps += found.helps ? 1 : 0;
      errors.push_back(std::abs(found.after.intense_od - 720));
    }
    std::sort(errors.begin(), errors.end());
    helped.push_back(helps);
    typical.push_back(errors[kCohorts / 2]);
    WARN(count << " cases: shown to help in " << helps << " of " << kCohorts << ", intense_od off by "
               << errors[kCohorts / 2] << " in half of them, " << errors[kCohorts * 9 / 10]
               << " in nine of ten");
  }
  CHECK(std::is_sorted(helped.begin(), helped.end()));
  CHECK(std::is_sorted(typical.rbegin(), typical.rend()));
}
