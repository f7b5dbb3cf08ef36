#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "annulet/base/error.hpp"
#include "annulet/slide/slide_source.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

SlideInfo stating(double x, double y) {
  SlideInfo info;
  info.file_name = "a.svs";
  info.pitch = {x, y, PitchOrigin::Header};
  return info;
}

std::optional<Code> refusal(const SlideInfo& info, std::optional<double> user) {
  std::vector<Remark> caveats;
  try {
    resolve_pitch(info, user, caveats);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("a.svs") != std::string::npos);
    return error.code();
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("the pitch of the file is taken where the user gives none") {
  std::vector<Remark> caveats;
  const Pitch pitch = resolve_pitch(stating(0.2525, 0.2520), std::nullopt, caveats);
  CHECK(pitch.x == 0.2525);
  CHECK(pitch.y == 0.2520);
  CHECK(pitch.origin == PitchOrigin::Header);
  CHECK(caveats.empty());
}

TEST_CASE("the user's pitch wins; a caveat tells of more than 5 percent") {
  std::vector<Remark> caveats;
  CHECK(resolve_pitch(stating(0.25, 0.25), 0.26, caveats).x == 0.26);
  for (const double same : {0.2, 0.22, 0.23, 0.25, 0.46, 0.5}) {  // 5 % to the digit
    resolve_pitch(stating(same, same), 1.05 * same, caveats);
    resolve_pitch(stating(same, same), 0.95 * same, caveats);
  }
  CHECK(caveats.empty());
  resolve_pitch(stating(0.25, 0.25), 0.2626, caveats);
  CHECK(caveats.size() == 1);
  caveats.clear();
  const Pitch pitch = resolve_pitch(stating(0.25, 0.25), 0.5, caveats);
  CHECK(pitch.origin == PitchOrigin::User);
  CHECK(pitch.mean() == 0.5);
  REQUIRE(caveats.size() == 1);
  CHECK(caveats[0].code == "pitch-differs");
  caveats.clear();
  CHECK(resolve_pitch(stating(0.25, 0.30), 0.27, caveats).x == 0.27);
  REQUIRE(caveats.size() == 1);  // the mean agrees, the axes do not
}

TEST_CASE("a slide that no glass could hold is refused, whichever way it lies") {
  SlideInfo info = stating(0.25, 0.25);
  for (const auto& [width, height] : {std::pair{812'000, 609'000}, std::pair{609'000, 812'000}}) {
    info.extent = {width, height};
    CHECK(refusal(info, std::nullopt) == std::nullopt);
    CHECK(refusal(info, 0.251) == Code::OverLimit);
  }
  info.extent = {650'000, 650'000};
  CHECK(refusal(info, std::nullopt) == Code::OverLimit);
}

TEST_CASE("pitches that are refused, each by its code") {
  SlideInfo silent;
  silent.file_name = "a.svs";
  CHECK(refusal(silent, std::nullopt) == Code::PitchUnknown);
  CHECK(refusal(silent, 0.3) == std::nullopt);
  CHECK(refusal(stating(0.09, 0.09), std::nullopt) == Code::PitchOutOfRange);
  CHECK(refusal(stating(0.1, 0.1), std::nullopt) == std::nullopt);
  CHECK(refusal(stating(1.2, 1.2), std::nullopt) == Code::PitchOutOfRange);
  CHECK(refusal(stating(1.1, 1.1), std::nullopt) == Code::TooCoarse);
  CHECK(refusal(stating(0.56, 0.56), std::nullopt) == Code::TooCoarse);
  CHECK(refusal(stating(0.55, 0.55), std::nullopt) == std::nullopt);
  CHECK(refusal(stating(0.25, 0.256), std::nullopt) == Code::PitchOutOfRange);
  CHECK(refusal(stating(0.25, 0.254), std::nullopt) == std::nullopt);
  CHECK(refusal(stating(0.25, 0.255), std::nullopt) == std::nullopt);
  CHECK(refusal(stating(0.23, 0.2346), std::nullopt) == std::nullopt);
  CHECK(refusal(stating(0.25, 0.35), 0.25) == std::nullopt);
  for (const double bad :
       {0.0, -0.25, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    CHECK(refusal(stating(0.25, 0.25), bad) == Code::PitchOutOfRange);
  }
}
