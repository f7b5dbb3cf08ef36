#include "annulet/pipeline/fields.hpp"

#include "support/catch.hpp"

using namespace annulet;

namespace {

/// White all over; a field is only looked for, not at.
class WhiteSlide : public SlideSource {
 public:
  WhiteSlide() {
    info_.extent = {4000, 800};
    info_.levels = {{{4000, 800}, 1.0}};
  }
  const SlideInfo& info() const override { return info_; }
  void read(int, Rect<LevelFrame> rect, SlidePixels& out) const override {
    out.rgb = RgbImage(static_cast<int>(rect.width()), static_cast<int>(rect.height()));
    out.covered = Plane<std::uint8_t>(out.rgb.width, out.rgb.height, 1);
  }

 private:
  SlideInfo info_;
};

/// A slide of five fields in a row.
struct Row {
  WhiteSlide slide;
  SlideResult result;

  Row() {
    result.slide = slide.info();
    result.pitch = {0.25, 0.25, PitchOrigin::User};
    result.slide_sha256 = std::string(64, 'a');
  }
  /// Adds tumour cells to the field `column`, the first `stained` of them stained.
  void add(int column, int cells, int stained) {
    for (int i = 0; i < cells; ++i) {
      CellRow row;
      row.x = static_cast<std::int32_t>((column * kFieldUm + 1 + i) * kMicroUnits);
      row.y = kMicroUnits;
      GradedCell graded;
      graded.kind = CellKind::Tumour;
      graded.pattern = i < stained ? Pattern::IntenseComplete : Pattern::None;
      graded.strength_od = i < stained ? 900 : 0;
      graded.completeness = i < stained ? 1000 : 0;
      result.cells.push_back(row);
      result.graded.push_back(graded);
    }
  }
  /// The column of each field that is chosen.
  std::vector<int> chosen() const {
    std::vector<int> columns;
    for (const FieldPicture& field : read_fields(slide, result))
      columns.push_back(static_cast<int>(field.where.x0 / 800));
    return columns;
  }
};

}  // namespace

TEST_CASE("fields: the hottest of those that are full, and a typical one") {
  Row row;
  row.add(0, 100, 20);
  row.add(1, 100, 90);
  row.add(2, 100, 50);
  row.add(3, 25, 25);  // hotter, but of a rim that the tissue hardly reaches
  row.add(4, 100, 10);
  const std::vector<int> chosen = row.chosen();
  REQUIRE(chosen.size() == 3);
  CHECK(chosen[0] == 1);
  CHECK(chosen[1] == 2);  // 46 per cent of all are stained
  CHECK((chosen[2] == 0 || chosen[2] == 4));
}

TEST_CASE("fields: where tumour cells lie far apart, a few are a field") {
  Row row;
  row.add(1, 2, 0);
  row.add(3, 2, 2);
  CHECK(row.chosen() == std::vector<int>{3, 1});
  CHECK(Row().chosen().empty());
}
