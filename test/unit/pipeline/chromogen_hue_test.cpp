#include "annulet/pipeline/chromogen_hue.hpp"

#include "support/catch.hpp"

using namespace annulet;

namespace {

constexpr int kSide = 400;

/// Glass, with a share of its rows of each colour.
RgbImage striped(const std::vector<std::pair<int, Rgb>>& rows) {
  RgbImage image(kSide, kSide);
  std::fill(image.data.begin(), image.data.end(), std::uint8_t{240});
  int y = 0;
  for (const auto& [count, colour] : rows) {
    for (const int end = y + count; y < end; ++y) {
      for (int x = 0; x < kSide; ++x) {
        for (int c = 0; c < 3; ++c)
          image.row(y)[3 * x + c] = static_cast<std::uint8_t>(colour[static_cast<std::size_t>(c)]);
      }
    }
  }
  return image;
}

std::optional<Remark> verdict_on(const std::vector<std::pair<int, Rgb>>& rows) {
  return suspect_chromogen(chromogen_hue(striped(rows), {240, 240, 240}));
}

// Light of 240 through 0.8 OD of a unit vector; haematoxylin through 0.4.
constexpr Rgb kBrown{146, 84, 57}, kAec{145, 67, 70}, kBlue{132, 125, 184};

}  // namespace

TEST_CASE("a second stain that is not brown is told; brown beside blue is not") {
  CHECK_FALSE(verdict_on({}));
  CHECK_FALSE(verdict_on({{200, kBlue}}));
  CHECK_FALSE(verdict_on({{200, kBlue}, {40, kBrown}}));
  CHECK_FALSE(verdict_on({{100, kBlue}, {40, kBrown}, {36, kAec}}));
  const auto red = verdict_on({{200, kBlue}, {40, kAec}});
  REQUIRE(red);
  CHECK(red->code == "chromogen-red");
  CHECK(red->message.find("100 %") == 0);
  CHECK(verdict_on({{200, kBlue}, {36, kBrown}, {40, kAec}}));
}

TEST_CASE("too little of a second stain says nothing of its hue") {
  CHECK_FALSE(verdict_on({{396, kBlue}, {0, kAec}}));
  ChromogenHue hue{10'000, 19, 19};
  CHECK_FALSE(suspect_chromogen(hue));
  hue.chromogen = hue.red = 20;
  CHECK(suspect_chromogen(hue));
}
