#pragma once
#include "annulet/model/result.hpp"
#include "annulet/slide/slide_source.hpp"

namespace annulet {

/// Reads three fields for the eye: the hottest (most stain on tumour cells), a typical one (nearest to the
/// slide's stained share) and a random one (drawn by the slide's digest), all of places with about as many
/// tumour cells as the slide's fullest have. Needs result.cells and result.graded.
std::vector<FieldPicture> read_fields(const SlideSource& source, const SlideResult& result);

inline constexpr double kFieldUm = 200;  ///< edge of a field: about what a 40x objective shows

}  // namespace annulet
