#include "annulet/pipeline/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>

#include "annulet/base/random.hpp"

namespace annulet {
namespace {

// A field worth showing has so many tumour cells as this share of what the fullest tenth of squares have: at
// the rim of the tissue a few cells of one kind would be the hottest field of the slide.
constexpr std::uint64_t kOfFullest = 60;  // per cent

struct Square {
  std::int64_t column = 0, row = 0;
  std::uint64_t tumour = 0, stained = 0, strength = 0;  ///< strength: sum of 1/1000 OD x completeness
};

std::vector<Square> count_squares(const SlideResult& result) {
  const auto edge = static_cast<std::int64_t>(kFieldUm * kMicroUnits);
  std::map<std::pair<std::int64_t, std::int64_t>, Square> squares;
  for (std::size_t i = 0; i < result.cells.size(); ++i) {
    const GradedCell& graded = result.graded[i];
    if (!is_judged(graded)) continue;
    const std::int64_t column = result.cells[i].x / edge, row = result.cells[i].y / edge;
    Square& square = squares[{row, column}];
    square.column = column;
    square.row = row;
    ++square.tumour;
    square.stained += graded.pattern != Pattern::None;
    square.strength += static_cast<std::uint64_t>(graded.strength_od) * graded.completeness / 1000;
  }
  std::vector<Square> list;
  for (const auto& [key, square] : squares) list.push_back(square);
  return list;
}

void leave_out_sparse(std::vector<Square>& squares) {
  if (squares.empty()) return;
  std::vector<std::uint64_t> counts;
  for (const Square& square : squares) counts.push_back(square.tumour);
  const auto fullest = counts.begin() + static_cast<std::ptrdiff_t>(9 * counts.size() / 10);
  std::nth_element(counts.begin(), fullest, counts.end());
  std::erase_if(squares, [&](const Square& s) { return 100 * s.tumour < kOfFullest * *fullest; });
}

FieldPicture read_field(const SlideSource& source, const SlideResult& result, const Square& square,
                        const std::string& name) {
  const double px = kFieldUm / result.pitch.mean();
  FieldPicture field;
  field.name = name;
  field.pitch_um = result.pitch.mean();
  const auto at = [&](std::int64_t i) { return static_cast<std::int64_t>(static_cast<double>(i) * px); };
  field.where =
      Rect<SlideFrame>{at(square.column), at(square.row), at(square.column + 1), at(square.row + 1)}.clipped(
          {0, 0, result.slide.extent.width, result.slide.extent.height});
  SlidePixels pixels;
  source.read(0, {field.where.x0, field.where.y0, field.where.x1, field.where.y1}, pixels);
  field.image = std::move(pixels.rgb);
  field.caption = fmt::format("{:.0f} um wide at ({:.0f}, {:.0f}) um: {} of {} tumour cells stained",
                              kFieldUm, static_cast<double>(square.column) * kFieldUm,
                              static_cast<double>(square.row) * kFieldUm, square.stained, square.tumour);
  return field;
}

}  // namespace

std::vector<FieldPicture> read_fields(const SlideSource& source, const SlideResult& result) {
  std::vector<Square> squares = count_squares(result);
  std::uint64_t tumour = 0, stained = 0;
  for (const Square& s : squares) {
    tumour += s.tumour;
    stained += s.stained;
  }
  leave_out_sparse(squares);
  std::vector<FieldPicture> fields;
  const auto take = [&](std::vector<Square>::iterator square, const char* called) {
    if (square == squares.end()) return;
    fields.push_back(read_field(source, result, *square, called));
    squares.erase(square);
  };
  take(std::max_element(
           squares.begin(), squares.end(),
           [](const Square& a, const Square& b) { return a.strength * b.tumour < b.strength * a.tumour; }),
       "hottest");
  // Distance of the square's stained share to the slide's, both times tumour x s.tumour.
  const auto distance = [&](const Square& s) {
    return static_cast<double>(
        std::llabs(static_cast<long long>(s.stained * tumour) - static_cast<long long>(stained * s.tumour)));
  };
  take(std::min_element(squares.begin(), squares.end(),
                        [&](const Square& a, const Square& b) {
                          return distance(a) * static_cast<double>(b.tumour) <
                                 distance(b) * static_cast<double>(a.tumour);
                        }),
       "typical");
  if (squares.empty()) return fields;
  Random random(std::strtoull(result.slide_sha256.substr(0, 16).c_str(), nullptr, 16));
  take(squares.begin() + static_cast<std::ptrdiff_t>(random.below(squares.size())), "random");
  return fields;
}

}  // namespace annulet
