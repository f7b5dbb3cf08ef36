#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace annulet::cohort {

// What a slide costs, reckoned from docs/validation/speed.md so that none of its four slides of growing size
// (10,240 to 102,400 px at 0.25 um/px, JPEG Q80 4:2:0) is planned below what it took: who plans by a mean has
// half his tasks cut off. The one of 40,960 px (206 MB, 624.2 Mpx of tissue, 197,216 cells) took 7.06 s of
// CPU and 219 MB, and is planned at 8.4 s and 288 MB.

/// Bytes of the whole file, glass and pyramid included, for each pixel of tissue: 206 MB / 624.2 Mpx.
inline constexpr double kBytesPerTissuePixel = 0.33;
/// Start, survey and pictures: the fixed cost of a slide.
inline constexpr double kCpuSecondsPerSlide = 0.25;
/// With that the least that covers all four: 0.76 s for 43 Mpx, 2.29 s for 161, 7.06 s for 624, 43.9 s for
/// 3,829.
inline constexpr double kCpuNsPerTissuePixel = 13;
/// NDPI against TIFF of the same pixels, 20,480 px: 19.69 / 14.25 ns = 1.38.
inline constexpr double kOpenSlideFactor = 1.4;
/// 1,225,818 / 3,829 Mpx, the densest of the four.
inline constexpr double kCellsPerTissuePixel = 320e-6;
inline constexpr double kBytesPerCell = 300;
/// 593 MB at 102,400 px without the pixels in work (--memory, 88 MB) and 368 MB of cells; smaller slides take
/// less.
inline constexpr std::uint64_t kProgramBytes = 140'000'000;
inline constexpr std::uint64_t kPixelBytes = 88'000'000;
/// Wall with one thread over wall with two is 1.82.
inline constexpr double kThreadEfficiency = 0.91;

/// Extensions of what OpenSlide reads for annulet.
inline constexpr std::array<std::string_view, 6> kThroughOpenSlide{".ndpi", ".mrxs", ".vms",
                                                                   ".vmu",  ".scn",  ".bif"};

}  // namespace annulet::cohort
