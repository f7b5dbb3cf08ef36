#pragma once
#include <cstdint>
#include <string>

#include "annulet/base/error.hpp"
#include "annulet/base/geometry.hpp"

namespace annulet {

/// Something that the world did to us while reading: a value, not an exception.
enum class ProblemKind { Missing, Undecodable };

struct Problem {
  ProblemKind kind = ProblemKind::Missing;
  std::string what;
  Rect<SlideFrame> where;  ///< the area that was lost, level-0 px
};

}  // namespace annulet
