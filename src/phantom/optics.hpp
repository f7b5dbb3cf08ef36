#pragma once
#include "annulet/base/plane.hpp"
#include "phantom/painter.hpp"

namespace annulet::phantom {

/// Gaussian blur in place, borders replicated. `scratch` is resized.
void blur(Plane<float>& plane, double sigma_px, Plane<float>& scratch);

/// Light that the stains let through, sharpened, with sensor noise, as bytes. `band` is blurred, at
/// `averaging` paint rows and columns per slide pixel; slide rows first .. last (exclusive) are written into
/// `rgb`.
void expose(const PhantomRecipe& recipe, const Band& band, int averaging, int first, int last, RgbImage& rgb);

}  // namespace annulet::phantom
