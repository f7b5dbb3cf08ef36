// Files of regions of any bytes: either regions within the limits, or a usage error; nothing else.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "annulet/base/error.hpp"
#include "annulet/region/apply_regions.hpp"
#include "annulet/region/regions.hpp"

namespace {

using namespace annulet;

void require(bool holds) {
  if (!holds) std::abort();
}

void apply(const RegionFile& file) {
  TissueMask tissue;
  tissue.pitch_um = 2;
  tissue.piece = Plane<std::uint16_t>(64, 48, 1);
  SlideInfo slide;
  slide.extent = {512, 384};
  slide.scanned = Rect<SlideFrame>{10, 20, 500, 370};
  QcMap quality(tissue);
  std::vector<RegionUse> uses;
  for (const Region& region : file.regions) {
    uses.push_back({region, file.file_name, file.digest});
    uses.back().from_scanned_corner = file.format == RegionFormat::GeoJson;
  }
  (void)apply_regions(uses, slide, 0.25, tissue, quality);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const RegionFile file = parse_regions({reinterpret_cast<const char*>(data), size}, "fuzz");
    require(!file.regions.empty());
    for (const Region& region : file.regions) {
      require(!region.rings.empty());
      for (const Ring& ring : region.rings) {
        require(ring.size() >= 3);
        for (const Corner& corner : ring)
          require(std::abs(corner.x) <= kFarthestCorner && std::abs(corner.y) <= kFarthestCorner);
      }
    }
    apply(file);
  } catch (const Error& error) {
    require(error.code() == Code::Usage);
  }
  return 0;
}
