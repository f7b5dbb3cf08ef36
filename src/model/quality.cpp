#include "annulet/model/quality.hpp"

#include <algorithm>
#include <vector>

#include "annulet/base/error.hpp"

namespace annulet {

std::array<double, kQcFlags> QcMap::areas_mm2() const {
  std::array<std::uint64_t, kQcFlags> pixels{};
  for (const std::uint8_t value : flag.values()) {
    if (value != 0) ++pixels[value];
  }
  std::array<double, kQcFlags> areas{};
  for (std::size_t i = 1; i < kQcFlags; ++i)
    areas[i] = static_cast<double>(pixels[i]) * pitch_um * pitch_um * 1e-6;
  return areas;
}

TissueMask counted_tissue(const TissueMask& tissue, const QcMap& quality) {
  expects(quality.flag.width() == tissue.piece.width() && quality.flag.height() == tissue.piece.height(),
          "a quality map is as large as its tissue mask");
  TissueMask counted = tissue;
  std::vector<std::uint64_t> pixels(std::size_t{1} << 16);  // by piece
  for (int y = 0; y < counted.piece.height(); ++y) {
    std::uint16_t* piece = counted.piece.row(y);
    const std::uint8_t* flag = quality.flag.row(y);
    const int width = counted.piece.width();
    for (int x = 0; x < width; ++x) piece[x] = flag[x] != 0 ? std::uint16_t{0} : piece[x];
    for (int x = 0; x < width; ++x) pixels[piece[x]] += 1;
  }
  counted.area_mm2 = 0;
  for (TissuePiece& piece : counted.pieces) {
    piece.area_mm2 = static_cast<double>(pixels[piece.id]) * tissue.pitch_um * tissue.pitch_um * 1e-6;
    counted.area_mm2 += piece.area_mm2;
  }
  std::erase_if(counted.pieces, [](const TissuePiece& piece) { return piece.area_mm2 == 0; });
  return counted;
}

}  // namespace annulet
