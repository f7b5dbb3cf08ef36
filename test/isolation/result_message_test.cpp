// A result goes through the pipe and comes back the same; what is no result is refused.
#include "annulet/pipeline/result_message.hpp"

#include <cstring>
#include <functional>
#include <limits>
#include <string>

#include "annulet/base/error.hpp"
#include "annulet/base/random.hpp"
#include "annulet/model/cell_check.hpp"
#include "annulet/report/writers.hpp"
#include "pipeline/result_members.hpp"
#include "support/catch.hpp"
#include "support/sample_result.hpp"

using namespace annulet;

namespace {

/// The sample as the pipeline hands it over: with masks, and a tally that adds up.
SlideResult whole_sample() {
  SlideResult result = sample::scored();
  result.tissue.pitch_um = 2;
  result.tissue.piece = Plane<std::uint16_t>(155, 107, 0);
  for (int x = 10; x < 120; ++x) result.tissue.piece(x, 50) = x < 60 ? 1 : 7;
  result.tissue.pieces = {{1, 0.03, {80, 400, 480, 408}}, {7, 0.02, {480, 400, 960, 408}}};
  result.tissue.area_mm2 = 0.05;
  result.quality = QcMap(result.tissue);
  result.quality.flag(11, 50) = static_cast<std::uint8_t>(QcFlag::Pen);
  result.slide.scanned = {100, 100, 1200, 800};
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    result.tally.unmeasurable[kind] = result.tally.pattern[kind][0];
    for (std::size_t pattern = 1; pattern < kPatterns; ++pattern)
      result.tally.measurable[kind][pattern % 3][pattern % 2][pattern % 4] +=
          result.tally.pattern[kind][pattern];
  }
  return result;
}

std::string message_of(SlideResult result, RunRecord run = sample::run()) {
  std::string bytes;
  send_result(std::move(result), run, [&](const void* data, std::size_t size) {
    bytes.append(static_cast<const char*>(data), size);
  });
  return bytes;
}

/// Comes in pieces of odd sizes, as from a pipe.
SlideResult received(const std::string& bytes, RunRecord& run) {
  SlideResult result;
  std::size_t at = 0;
  receive_result(
      [&](void* to, std::size_t most) {
        const std::size_t part = std::min({most, bytes.size() - at, std::size_t{4097}});
        std::memcpy(to, bytes.data() + at, part);
        at += part;
        return part;
      },
      result, run);
  return result;
}

SlideResult received(const std::string& bytes) {
  RunRecord run;
  return received(bytes, run);
}

/// The message of a sample that `spoil` has made impossible is refused as a crash of the reader.
void refused(const char* what, const std::function<void(SlideResult&)>& spoil) {
  SlideResult result = whole_sample();
  spoil(result);
  const std::string bytes = message_of(std::move(result));
  INFO(what);
  try {
    received(bytes);
    FAIL_CHECK("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == Code::Crashed);
  }
}

std::string all_files(const SlideResult& result, const RunRecord& run) {
  std::string all = write_result_json(result) + write_report_html(result, run) + write_run_json(run);
  for (std::size_t part = 0; part < cells_bin_parts(result); ++part) all += cells_bin_part(result, part);
  const auto append = [&](std::string_view piece) { all += piece; };
  write_cells_csv(result, append);
  return all + encode_png(draw_overlay(result)) + encode_png(draw_heatmap(result));
}

}  // namespace

TEST_CASE("a result comes back as it went, with every member") {
  RunRecord run;
  const SlideResult back = received(message_of(whole_sample()), run);
  CHECK(all_files(back, run) == all_files(whole_sample(), sample::run()));
  // Members that no file shows: a message of what came back is the same message.
  CHECK(message_of(back, run) == message_of(whole_sample()));
  CHECK(back.cells == whole_sample().cells);
  CHECK(back.graded == whole_sample().graded);
  CHECK(back.quality.flag == whole_sample().quality.flag);
  CHECK(back.tissue.piece == whole_sample().tissue.piece);
}

TEST_CASE("a refusal comes back as it went") {
  RunRecord run;
  const SlideResult back = received(message_of(sample::refused()), run);
  CHECK(write_result_json(back) == write_result_json(sample::refused()));
  CHECK(message_of(back, run) == message_of(sample::refused()));
}

TEST_CASE("a message that ends too early, or too late, is refused wherever it is cut") {
  const std::string bytes = message_of(sample::refused());
  for (std::size_t size = 0; size < bytes.size(); size += size < 4096 ? 1 : 997)
    CHECK_THROWS_AS(received(bytes.substr(0, size)), Error);
  CHECK_THROWS_AS(received(bytes + "x"), Error);
}

TEST_CASE("no message that was tampered with does more than be refused") {
  const std::string bytes = message_of(whole_sample());
  Random random(11);
  int accepted = 0;
  for (int i = 0; i < 1500; ++i) {
    std::string changed = bytes;
    // The beginning holds most of the lengths.
    const std::size_t within = i % 2 == 0 ? std::min<std::size_t>(4096, bytes.size()) : bytes.size();
    for (std::uint64_t flips = 1 + random.below(3); flips > 0; --flips)
      changed[random.below(within)] ^= static_cast<char>(1 << random.below(8));
    try {
      const SlideResult result = received(changed);
      ++accepted;  // a colour, a letter or a measure that is as good as another: its files can be written
      if (i % 100 == 0) all_files(result, sample::run());
    } catch (const Error& error) {
      CHECK(error.code() == Code::Crashed);
    }
  }
  CHECK(accepted > 0);
  CHECK(accepted < 1500);
}

TEST_CASE("a length is not believed before memory is asked for") {
  const SlideResult result = whole_sample();
  const std::string bytes = message_of(whole_sample());
  const std::string first(reinterpret_cast<const char*>(result.cells.data()), sizeof(CellRow));
  const std::size_t cells = bytes.find(first) - sizeof(std::uint64_t);
  const std::size_t grades = cells + sizeof(std::uint64_t) + result.cells.size() * sizeof(CellRow);
  for (const std::size_t at : {cells, grades}) {
    std::uint64_t count = 0;
    std::memcpy(&count, bytes.data() + at, sizeof count);
    REQUIRE(count == result.cells.size());
    for (const std::uint64_t forged :
         {std::uint64_t{1} << 62, kMostCells + 1, kMostCells, count + 1, count - 1}) {
      std::string changed = bytes;
      std::memcpy(changed.data() + at, &forged, sizeof forged);
      CHECK_THROWS_AS(received(changed), Error);
    }
  }
}

TEST_CASE("a result that could not have been made of a slide is refused") {
  refused("cells out of order", [](SlideResult& r) { std::swap(r.cells[3], r.cells[4]); });
  refused("a cell twice", [](SlideResult& r) { r.cells[4] = r.cells[3]; });
  refused("a cell far off the slide", [](SlideResult& r) { r.cells.back().y = 2'000'000'000; });
  refused("too many neighbours", [](SlideResult& r) { r.cells[5].neighbours = 200; });
  refused("a neighbour that is none", [](SlideResult& r) { r.cells[5].facing[9] = 8; });
  refused("grades for other cells", [](SlideResult& r) { r.graded.pop_back(); });
  refused("a grade more than whole", [](SlideResult& r) { r.graded[5].completeness = 60000; });
  refused("a tally of other cells", [](SlideResult& r) { ++r.tally.pattern[0][5]; });
  refused("a tally that does not add up", [](SlideResult& r) { ++r.tally.measurable[0][0][0][0]; });
  refused("cells without a scan", [](SlideResult& r) { r.scanned = false; });
  refused("a score without a status", [](SlideResult& r) { r.status = Status::Failed; });
  refused("a status without a score", [](SlideResult& r) { r.verdict.score.reset(); });
  refused("neither score nor reason", [](SlideResult& r) {
    r.status = Status::NotEvaluable;
    r.verdict.score.reset();
  });
  refused("tiles that do not add up", [](SlideResult& r) { ++r.tiles.analysed; });
  refused("a flag of quality without a name", [](SlideResult& r) { r.quality.flag(1, 1) = kQcFlags; });
  refused("a quality map of another size", [](SlideResult& r) { r.quality.flag.resize(3, 3); });
  refused("tissue that is not listed", [](SlideResult& r) { r.tissue.piece(1, 1) = 3; });
  refused("tissue without a scale", [](SlideResult& r) { r.tissue.pitch_um = 0; });
  refused("a field without a scale", [](SlideResult& r) { r.fields[0].pitch_um = 1e-300; });
  refused("a field far off the slide", [](SlideResult& r) { r.fields[0].where.x1 = std::int64_t{1} << 60; });
  refused("a field off the slide", [](SlideResult& r) { r.fields[0].where = {-400, 80, 0, 480}; });
  refused("a field of another place", [](SlideResult& r) { r.fields[0].where = {60, 80, 90, 110}; });
  refused("a field without pixels", [](SlideResult& r) { r.fields[0].image = {}; });
  refused("more fields than are chosen", [](SlideResult& r) { r.fields.push_back(r.fields[0]); });
  refused("a caption without an end", [](SlideResult& r) { r.fields[0].caption.assign(60'000, 'x'); });
  refused("a thumbnail of one side", [](SlideResult& r) { r.thumbnail = RgbImage(5, 0); });
  refused("a thumbnail of another slide", [](SlideResult& r) { r.thumbnail_pitch_um = 1e-3; });
  refused("tissue of another slide", [](SlideResult& r) { r.tissue.pitch_um = r.quality.pitch_um = 8; });
  refused("a quality map of another scale", [](SlideResult& r) { r.quality.pitch_um = 1e-300; });
  refused("a scan without um per px", [](SlideResult& r) { r.pitch.origin = PitchOrigin::None; });
  refused("a corner in nowhere", [](SlideResult& r) { r.regions[0].region.rings[0][0].x = 1e300; });
  refused("a row of more cells than any",
          [](SlideResult& r) { r.verdict.trace[0].count = ~std::uint64_t{0}; });
  refused("a row with a cut of no share", [](SlideResult& r) { r.verdict.trace[0].percent = 1e300; });
  refused("a margin of more cells than any",
          [](SlideResult& r) { r.verdict.margins[0].cells = std::numeric_limits<std::int64_t>::min(); });
  refused("an interval beyond all cells",
          [](SlideResult& r) { r.verdict.doubt.rows[0].share.high = std::int64_t{1} << 60; });
  refused("a cut without a value",
          [](SlideResult& r) { r.verdict.doubt.flips[0].flips_at = std::numeric_limits<int>::min(); });
  refused("a slide larger than any", [](SlideResult& r) { r.slide.extent.width = std::int64_t{1} << 50; });
  refused("no number", [](SlideResult& r) { r.tissue_mm2 = std::numeric_limits<double>::quiet_NaN(); });
  refused("an endless number", [](SlideResult& r) { r.pitch.x = std::numeric_limits<double>::infinity(); });
  refused("a code without a meaning", [](SlideResult& r) { r.status = static_cast<Status>(77); });
  refused("a kind without a name", [](SlideResult& r) { r.graded[0].kind = static_cast<CellKind>(200); });
}

TEST_CASE("a text longer than any message of ours is cut by the sender, not believed by the receiver") {
  SlideResult result = whole_sample();
  result.verdict.caveats[0].message.assign(std::size_t{1} << 20, 'x');
  const SlideResult back = received(message_of(std::move(result)));
  CHECK(back.verdict.caveats[0].message.size() == message::kMostText);
}
