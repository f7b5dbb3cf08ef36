#pragma once
#include <array>
#include <string>
#include <string_view>

#include "annulet/base/files.hpp"
#include "annulet/model/result.hpp"

namespace annulet {

/// Every file of a result (contract 2), first the one that tells a result folder from anything else.
inline constexpr std::array<std::string_view, 9> kResultFiles{
    "result.json",      "run.json",    "report.html", "cells.csv.gz", "cells.bin.gz",
    "cells.geojson.gz", "heatmap.png", "overlay.png", "tissue.png"};

/// Writes the files of a result into a folder made for kResultFiles, on up to `threads` threads (0: one per
/// core), and returns the text of result.json, whose digest `run` is given. The folder is left to be
/// committed. Throws Error Output.
std::string write_result_folder(const SlideResult& result, RunRecord& run, bool geojson, int threads,
                                AtomicFolder& folder);

}  // namespace annulet
