#pragma once
#include <cstdint>
#include <string>

#include "annulet/base/error.hpp"
#include "annulet/base/geometry.hpp"

namespace annulet {

/// Something that the world did to us while reading: a value, not an exception. Missing and undecodable
/// pixels are lost; suspect and duplicate tiles were read, and may not show what was scanned.
enum class ProblemKind { Missing, Undecodable, Suspect, Duplicate };
const char* name(ProblemKind kind);  ///< "missing", ...

struct Problem {
  ProblemKind kind = ProblemKind::Missing;
  std::string what;
  Rect<SlideFrame> where;  ///< the area that was lost or is in doubt, level-0 px
};

}  // namespace annulet
