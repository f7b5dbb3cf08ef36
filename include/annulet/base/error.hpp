#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace annulet {

/// Every reason for which a slide ends without a score, or a command without a result.
/// The names are the codes of result.json: extend, never rename.
enum class Code {
  // not evaluable: the input is out of scope or insufficient
  NoTissue,
  NoHaematoxylin,
  NotDab,
  Fluorescence,
  TooFewCells,
  TooLittleTissue,
  PitchUnknown,
  PitchOutOfRange,
  TooCoarse,
  OutOfFocus,
  TooMuchExcluded,
  ControlsFailed,
  // failed: the input cannot be read, or is not what it was said to be
  NotFound,
  Permission,
  NotAFile,
  Empty,
  Unsupported,
  Truncated,
  Corrupt,
  OverLimit,
  Incomplete,
  HashMismatch,
  Changed,
  RegionOutside,
  // the reader's process, and ourselves
  Crashed,
  TimedOut,
  Internal,
  // the command line, an option or a model file; the output folder
  Usage,
  Output,
};

/// The code as it stands in result.json, "no-tissue".
std::string_view name(Code code);

/// True for the codes that end a slide as `not-evaluable`, not as `failed`: the first ones, and
/// RegionOutside.
bool is_not_evaluable(Code code);

/// The one exception of annulet: thrown where the world is touched (open, read, options, models, write).
/// `what()` tells which, why and what to do; `within` adds context on the way up, outermost first.
class Error : public std::runtime_error {
 public:
  Error(Code code, std::string what) : std::runtime_error(std::move(what)), code_(code) {}
  Code code() const { return code_; }
  [[nodiscard]] Error within(std::string_view context) const;

 private:
  Code code_;
};

/// Precondition of pixel and cell code: a broken one is a defect of ours and stops with Code::Internal.
void expects(bool condition, const char* what);

}  // namespace annulet
