#pragma once
#include "annulet/model/doubt.hpp"
#include "report/json_text.hpp"

namespace annulet::report {

/// Members `intervals` and `flips` of result.json; an empty object and an empty list where nothing was
/// measured.
void write_intervals(JsonText& json, const Doubt& doubt);
void write_flips(JsonText& json, const Doubt& doubt);

}  // namespace annulet::report
