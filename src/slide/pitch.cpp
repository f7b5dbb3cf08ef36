#include <algorithm>
#include <cmath>
#include <cstdio>

#include "annulet/base/error.hpp"
#include "annulet/slide/slide_source.hpp"

namespace annulet {
namespace {

// docs/formats/slides.md, "Pitch".
constexpr double kFinest = 0.1, kCoarsest = 1.1;  ///< um/px that are a bright-field slide's at all
constexpr double kCoarsestForMembranes = 0.55;    ///< um/px at which a membrane is still resolved
constexpr double kMostAnisotropy = 0.02;          ///< x against y
constexpr double kToldDifference = 0.05;          ///< the user's against the header's
// The largest glass that scanners take: 6 x 8 inches (Huron TissueScope).
constexpr double kGlassShortMm = 152.4, kGlassLongMm = 203.2;
constexpr double kDecimals = 1e-9;  ///< of a share: what is a decimal as told is not quite one as held

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

[[noreturn]] void fail(Code code, const SlideInfo& info, const std::string& what) {
  throw Error(code, "slide \"" + info.file_name + "\": " + what);
}

Pitch chosen(const SlideInfo& info, std::optional<double> user, std::vector<Remark>& caveats) {
  if (!user) {
    if (!info.pitch.known()) {
      fail(Code::PitchUnknown, info,
           "the file does not state its um per pixel; give it with --mpp (0.25 is usual for 40x, 0.5 for "
           "20x)");
    }
    return info.pitch;
  }
  if (!std::isfinite(*user) || *user <= 0) {
    fail(Code::PitchOutOfRange, info, "--mpp " + number(*user) + " is no size of a pixel");
  }
  const double difference =
      std::max(std::abs(*user - info.pitch.x) / info.pitch.x, std::abs(*user - info.pitch.y) / info.pitch.y);
  if (info.pitch.known() && difference > kToldDifference + kDecimals) {
    caveats.push_back({"pitch-differs", "--mpp " + number(*user) + " um/px was used, but the file states " +
                                            number(info.pitch.x) + " x " + number(info.pitch.y) + " um/px"});
  }
  return {*user, *user, PitchOrigin::User};
}

/// Tiles that are not there cost a file nothing and the survey its time.
void require_fits_on_glass(const SlideInfo& info, const Pitch& pitch, const std::string& remedy) {
  const double x = static_cast<double>(info.extent.width) * pitch.x * 1e-3,
               y = static_cast<double>(info.extent.height) * pitch.y * 1e-3;
  if (std::min(x, y) <= kGlassShortMm && std::max(x, y) <= kGlassLongMm) return;
  fail(Code::OverLimit, info,
       "it is " + number(x) + " x " + number(y) + " mm at " + number(pitch.mean()) +
           " um/px, more than any glass slide (" + number(kGlassLongMm) + " x " + number(kGlassShortMm) +
           " mm)" + remedy);
}

}  // namespace

Pitch resolve_pitch(const SlideInfo& info, std::optional<double> user_um_per_px,
                    std::vector<Remark>& caveats) {
  const Pitch pitch = chosen(info, user_um_per_px, caveats);
  const std::string remedy = pitch.origin == PitchOrigin::User
                                 ? "; check --mpp"
                                 : "; if the file is wrong, give the right value with --mpp";
  const double low = std::min(pitch.x, pitch.y), high = std::max(pitch.x, pitch.y);
  if (low < kFinest || high > kCoarsest) {
    fail(Code::PitchOutOfRange, info,
         number(pitch.mean()) + " um/px is outside " + number(kFinest) + " to " + number(kCoarsest) + remedy);
  }
  if (high - low > (kMostAnisotropy + kDecimals) * low) {
    fail(Code::PitchOutOfRange, info,
         "its pixels are not square: " + number(pitch.x) + " x " + number(pitch.y) + " um" + remedy);
  }
  if (pitch.mean() > kCoarsestForMembranes) {
    fail(Code::TooCoarse, info,
         number(pitch.mean()) + " um/px is too coarse to see membranes; " + number(kCoarsestForMembranes) +
             " um/px or finer (20x) is needed" + remedy);
  }
  require_fits_on_glass(info, pitch, remedy);
  return pitch;
}

}  // namespace annulet
