#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace annulet::cohort {

// What a slide costs, as measured (docs/validation/speed.md): a slide of 40,960 px at 0.25 um/px, JPEG Q80
// 4:2:0, 206 MB, 624.2 Mpx of tissue, 198,815 cells, 10.9 s of CPU and 281 MB at its peak with two threads.

/// Bytes of the whole file, glass and pyramid included, for each pixel of tissue: 206 MB / 624.2 Mpx.
inline constexpr double kBytesPerTissuePixel = 0.33;
/// 10.9 s / 624.2 Mpx.
inline constexpr double kCpuNsPerTissuePixel = 17.5;
/// Start, survey and pictures: what slides of 2,048 px take beside their pixels.
inline constexpr double kCpuSecondsPerSlide = 0.15;
/// NDPI against TIFF of the same pixels, 20,480 px: 31.42 / 15.18 ns.
inline constexpr double kOpenSlideFactor = 2.07;
/// 198,815 / 624.2 Mpx.
inline constexpr double kCellsPerTissuePixel = 318.5e-6;
inline constexpr double kBytesPerCell = 300;
/// 288 MB without the pixels in work (--memory, 88 MB) and 60 MB of cells.
inline constexpr std::uint64_t kProgramBytes = 140'000'000;
inline constexpr std::uint64_t kPixelBytes = 88'000'000;
/// Wall with one thread over wall with two is 1.83.
inline constexpr double kThreadEfficiency = 0.915;

/// Extensions of what OpenSlide reads for annulet.
inline constexpr std::array<std::string_view, 6> kThroughOpenSlide{".ndpi", ".mrxs", ".vms",
                                                                   ".vmu",  ".scn",  ".bif"};

}  // namespace annulet::cohort
