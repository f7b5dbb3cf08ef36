#include "annulet/base/error.hpp"

#include <array>
#include <utility>

namespace annulet {
namespace {

constexpr std::array<std::string_view, 29> kNames{
    "no-tissue",     "no-haematoxylin",   "not-dab",           "fluorescence",
    "too-few-cells", "too-little-tissue", "pitch-unknown",     "pitch-out-of-range",
    "too-coarse",    "out-of-focus",      "too-much-excluded", "controls-failed",
    "not-found",     "permission",        "not-a-file",        "empty",
    "unsupported",   "truncated",         "corrupt",           "over-limit",
    "incomplete",    "hash-mismatch",     "changed",           "region-outside",
    "crashed",       "timed-out",         "internal",          "usage",
    "output"};
static_assert(kNames.size() == static_cast<std::size_t>(Code::Output) + 1);

}  // namespace

std::string_view name(Code code) {
  return kNames[static_cast<std::size_t>(code)];
}

bool is_not_evaluable(Code code) {
  return code <= Code::ControlsFailed || code == Code::RegionOutside;
}

Error Error::within(std::string_view context) const {
  return {code_, std::string(context) + ": " + what()};
}

void expects(bool condition, const char* what) {
  if (!condition) throw Error(Code::Internal, std::string("broken precondition: ") + what);
}

}  // namespace annulet
