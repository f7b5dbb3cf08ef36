#include <unistd.h>
#include <cmath>

#include <filesystem>
#include <fstream>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "annulet/pixel/stain_fit.hpp"
#include "annulet/pixel/stain_preset.hpp"
#include "annulet/pixel/unmix.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

// Pixels of a slide with nuclei and, in a share of the pixels, DAB.
RgbImage tissue(const StainModel& model, double brown, std::uint64_t seed) {
  RgbImage image(200, 100);
  Random random(seed);
  for (std::size_t i = 0; i < image.data.size(); i += 3) {
    const bool stained = random.uniform() < brown;
    const int h = static_cast<int>(random.uniform(0, stained ? 8 : 60));
    const int d = stained ? static_cast<int>(random.uniform(10, 90)) : static_cast<int>(random.uniform(0, 2));
    const Rgb colour = paint(model, h, d);
    for (std::size_t c = 0; c < 3; ++c) image.data[i + c] = static_cast<std::uint8_t>(colour[c]);
  }
  return image;
}

std::array<double, 3> turned(const std::array<double, 3>& v, const std::array<double, 3>& towards,
                             double share) {
  std::array<double, 3> out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = v[i] + share * (towards[i] - v[i]);
  return out;
}

double degrees_between(const std::array<double, 3>& a, const std::array<double, 3>& b) {
  double dot = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return std::acos(std::min(1.0, dot / std::sqrt(aa * bb))) * 57.2957795;
}

std::filesystem::path written(const std::string& text) {
  static int count = 0;
  const auto path = std::filesystem::temp_directory_path() /
                    ("annulet-stain-" + std::to_string(::getpid()) + "-" + std::to_string(count++) + ".toml");
  std::ofstream(path) << text;
  return path;
}

std::string error_of(const std::string& text) {
  const auto path = written(text);
  std::string message;
  try {
    load_stain_preset(path.string());
  } catch (const Error& error) {
    message = error.what();
    CHECK(error.code() == Code::Usage);
  }
  std::filesystem::remove(path);
  return message;
}

const std::string kHead = "id = \"x\"\nversion = \"1\"\nsource = \"s\"\nlicence = \"l\"\n";

}  // namespace

TEST_CASE("the preset of Ruifrok and Johnston is built in") {
  const StainModel model = load_stain_preset("hdab-ruifrok");
  CHECK(model.id == "hdab-ruifrok");
  CHECK(model.digest.size() == 64);
  CHECK(model.vectors.dab[2] == Approx(0.776));
  CHECK(model.origin == StainOrigin::Preset);
  CHECK_THROWS_AS(load_stain_preset("no-such-stain"), Error);
}

TEST_CASE("a preset file is read strictly, and an error points at its place") {
  const std::string vectors = "[vectors]\nhaematoxylin = [0.6, 0.7, 0.3]\ndab = [0.3, 0.6, 0.8]\n";
  CHECK(error_of(kHead + vectors).empty());
  CHECK(error_of(kHead + vectors + "eosin = [1, 2, 3]\n").find(".toml:8:") != std::string::npos);
  CHECK(error_of(kHead + "[vectors]\nhaematoxylin = [0.6, 0.7, 0.3]\n").find("vectors.dab") !=
        std::string::npos);
  CHECK(error_of(kHead + "[vectors]\nhaematoxylin = [0.6, 0.7]\ndab = [0.3, 0.6, 0.8]\n").find(".toml:6:") !=
        std::string::npos);
  CHECK(error_of(kHead + "[vectors]\nhaematoxylin = [0.6, 0.7, 0.3]\ndab = [0.6, 0.7, 0.3]\n")
            .find("parallel") != std::string::npos);
  CHECK(error_of(kHead + "[vectors]\nhaematoxylin = [nan, 0.7, 0.3]\ndab = [0.3, 0.6, 0.8]\n")
            .find(".toml:6:") != std::string::npos);
  CHECK_FALSE(error_of("id = ").empty());
}

TEST_CASE("a fit finds the vectors that painted the tissue") {
  StainModel model;
  const StainVectors preset;
  model.vectors.haematoxylin = turned(preset.haematoxylin, {0.4, 0.7, 0.6}, 0.25);
  model.vectors.dab = turned(preset.dab, {0.5, 0.6, 0.6}, 0.3);
  model.white = {243, 240, 236};
  const StainFit fit = fit_stains(tissue(model, 0.3, 11), model.white, preset);
  INFO(fit.why_not);
  REQUIRE(fit.plausible);
  CHECK(degrees_between(fit.vectors.haematoxylin, model.vectors.haematoxylin) < 3);
  CHECK(degrees_between(fit.vectors.dab, model.vectors.dab) < 3);
  CHECK(fit.dab_angle_degrees == Approx(degrees_between(fit.vectors.dab, preset.dab)).margin(0.2));
}

TEST_CASE("a fit does not depend on the order of the pixels") {
  const StainModel model;
  const RgbImage forward = tissue(model, 0.4, 13);
  RgbImage backward = forward;
  for (std::size_t i = 0, n = forward.data.size() / 3; i < n; ++i) {
    for (std::size_t c = 0; c < 3; ++c) backward.data[3 * i + c] = forward.data[3 * (n - 1 - i) + c];
  }
  const StainFit a = fit_stains(forward, model.white, model.vectors),
                 b = fit_stains(backward, model.white, model.vectors);
  CHECK(a.vectors.dab == b.vectors.dab);
  CHECK(a.vectors.haematoxylin == b.vectors.haematoxylin);
}

TEST_CASE("a slide without DAB, without tissue or with another chromogen is not fitted") {
  const StainModel model;
  CHECK(fit_stains(tissue(model, 0.0, 17), model.white, model.vectors).why_not.find("too little DAB") == 0);
  CHECK(fit_stains(RgbImage(100, 100, 255), model.white, model.vectors).why_not.find("fewer than 1,000") ==
        0);
  CHECK(fit_stains(RgbImage(), model.white, model.vectors).plausible == false);
  StainModel other;
  other.vectors.dab = {0.10, 0.35, 0.93};  // a yellower chromogen, 17 degrees away
  const StainFit fit = fit_stains(tissue(other, 0.4, 19), other.white, model.vectors);
  CHECK_FALSE(fit.plausible);
  CHECK(fit.dab_angle_degrees > 15);
}
