// Slides whose structure was broken at one place: each is refused with the reason that fits, before any
// library sees it. Every case runs on four dialects of TIFF unless it names its own.
#include <functional>

#include "annulet/slide/preflight.hpp"
#include "annulet/slide/slide_source.hpp"
#include "support/catch.hpp"
#include "support/mangled_tiff.hpp"

using namespace annulet;
using mangled::Tiff;

namespace {

std::span<const std::uint8_t> as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::vector<std::string> dialects() {
  std::vector<std::string> slides;
  for (const bool big : {false, true}) {
    for (const bool big_endian : {false, true}) slides.push_back(mangled::made_tiff({big, big_endian}));
  }
  return slides;
}

struct Case {
  const char* what;
  Code code;
  const char* says;  ///< part of the message
  std::function<void(Tiff&)> patch;
};

constexpr std::uint64_t kFar = 0xFFFF'FF00;

const std::vector<Case>& cases() {
  static const std::vector<Case> kCases{
      {"the first directory behind the end", Code::Truncated, "missing",
       [](Tiff& t) { t.set_link(0, kFar); }},
      {"no directory", Code::Corrupt, "no directory", [](Tiff& t) { t.set_link(0, 0); }},
      {"a directory that follows itself", Code::Corrupt, "lead back",
       [](Tiff& t) { t.set_link(1, t.directory(0)); }},
      {"a chain that returns to its start", Code::Corrupt, "lead back",
       [](Tiff& t) { t.set_link(2, t.directory(0)); }},
      {"a sub-directory that is its own parent", Code::Corrupt, "lead back",
       [](Tiff& t) {
         t.set_long(1, 284, t.directory(1));
         t.set_tag(1, 284, 330);
       }},
      {"a sub-directory behind the end", Code::Truncated, "missing",
       [](Tiff& t) {
         t.set_long(1, 284, kFar);
         t.set_tag(1, 284, 330);
       }},
      {"a directory without tags", Code::Corrupt, "empty",
       [](Tiff& t) { t.put(t.directory(0), t.big() ? 8 : 2, 0); }},
      {"a directory of 5000 tags", Code::Corrupt, "5000 tags",
       [](Tiff& t) { t.put(t.directory(0), t.big() ? 8 : 2, 5000); }},
      {"no width", Code::Corrupt, "no pixels", [](Tiff& t) { t.set_long(0, 256, 0); }},
      {"no height", Code::Corrupt, "no pixels", [](Tiff& t) { t.set_long(0, 257, 0); }},
      {"tiles without width", Code::Corrupt, "no pixels", [](Tiff& t) { t.set_long(0, 322, 0); }},
      {"the width tag lost", Code::Corrupt, "no pixels", [](Tiff& t) { t.set_tag(0, 256, 254); }},
      {"a side of 2^31 - 1", Code::OverLimit, "pixels a side",
       [](Tiff& t) { t.set_long(0, 256, 0x7FFF'FFFF); }},
      {"a side of 2^32 - 1", Code::OverLimit, "pixels a side",
       [](Tiff& t) { t.set_long(0, 257, 0xFFFF'FFFF); }},
      {"a side one above the limit", Code::OverLimit, "2097152",
       [](Tiff& t) { t.set_long(0, 256, (1u << 21) + 1); }},
      {"tiles of 8193", Code::OverLimit, "tile's side", [](Tiff& t) { t.set_long(0, 322, 8193); }},
      {"tiles of 2^32 - 1", Code::OverLimit, "tile's side", [](Tiff& t) { t.set_long(0, 323, 0xFFFF'FFFF); }},
      {"tiles of 8192 x 8192, 192 MiB decoded", Code::OverLimit, "decoded tile",
       [](Tiff& t) {
         t.set_long(0, 322, 8192);
         t.set_long(0, 323, 8192);
       }},
      {"2^42 tiles of one pixel", Code::OverLimit, "tiles",
       [](Tiff& t) {
         t.set_long(0, 256, 1u << 21), t.set_long(0, 257, 1u << 21);
         t.set_long(0, 322, 1), t.set_long(0, 323, 1);
       }},
      {"fewer tiles than places", Code::Corrupt, "contradicts", [](Tiff& t) { t.set_long(0, 322, 128); }},
      {"an unknown predictor", Code::Unsupported, "predictor",
       [](Tiff& t) {
         t.set_long(0, 259, 5);
         t.set_long(0, 284, 3);
         t.set_tag(0, 284, 317);
       }},
      {"raw pixels said to be JPEG", Code::Corrupt, "none of its tiles begins",
       [](Tiff& t) { t.set_long(0, 259, 7); }},
      {"raw pixels said to be LZW", Code::Corrupt, "none of its tiles begins",
       [](Tiff& t) { t.set_long(0, 259, 5); }},
      {"raw pixels said to be deflate", Code::Corrupt, "none of its tiles begins",
       [](Tiff& t) { t.set_long(0, 259, 8); }},
      {"tiles of fewer bytes than pixels", Code::Corrupt, "none of its tiles",
       [](Tiff& t) {
         for (std::uint64_t i = 0; i < 16; ++i) t.set_value(0, 325, i, 5000);
       }},
      {"more tiles than places", Code::Corrupt, "contradicts", [](Tiff& t) { t.set_long(0, 256, 4096); }},
      {"fewer places than tiles", Code::Corrupt, "contradicts", [](Tiff& t) { t.set_count(0, 324, 3); }},
      {"fewer sizes than tiles", Code::Corrupt, "contradicts", [](Tiff& t) { t.set_count(0, 325, 3); }},
      {"places for 2^25 tiles", Code::OverLimit, "lists", [](Tiff& t) { t.set_count(0, 324, 1u << 25); }},
      {"the places lost", Code::Corrupt, "where its pixels are", [](Tiff& t) { t.set_tag(0, 324, 999); }},
      {"the sizes lost", Code::Corrupt, "where its pixels are", [](Tiff& t) { t.set_tag(0, 325, 999); }},
      {"the table of places behind the end", Code::Truncated, "missing",
       [](Tiff& t) { t.set_word(0, 324, kFar); }},
      {"places that are text", Code::Corrupt, "unsigned", [](Tiff& t) { t.set_type(0, 324, 2); }},
      {"places of no known type", Code::Corrupt, "unsigned", [](Tiff& t) { t.set_type(0, 324, 99); }},
      {"a width of no known type", Code::Corrupt, "unsigned", [](Tiff& t) { t.set_type(0, 256, 0); }},
      {"a width of no value", Code::Corrupt, "too few", [](Tiff& t) { t.set_count(0, 256, 0); }},
      {"a width of 2^27 values", Code::Corrupt, "values", [](Tiff& t) { t.set_count(0, 256, 1u << 27); }},
      {"two widths", Code::Corrupt, "twice", [](Tiff& t) { t.set_tag(0, 284, 256); }},
      {"a tile of level 0 behind the end", Code::Truncated, "level 0",
       [](Tiff& t) { t.set_value(0, 324, 5, kFar); }},
      {"a tile of level 1 behind the end", Code::Truncated, "level 1",
       [](Tiff& t) { t.set_value(1, 324, 2, kFar); }},
      {"a tile of 2^32 - 1 bytes", Code::Truncated, "level 0",
       [](Tiff& t) { t.set_value(0, 325, 0, 0xFFFF'FFFF); }},
      {"16 bits", Code::Unsupported, "16 bits", [](Tiff& t) { t.set_long(0, 258, 16); }},
      {"no bits", Code::Corrupt, "no samples", [](Tiff& t) { t.set_long(0, 258, 0); }},
      {"65536 bits", Code::Corrupt, "impossible", [](Tiff& t) { t.set_long(0, 258, 65536); }},
      {"no samples", Code::Corrupt, "no samples", [](Tiff& t) { t.set_long(0, 277, 0); }},
      {"one sample", Code::Unsupported, "samples", [](Tiff& t) { t.set_long(0, 277, 1); }},
      {"60000 samples", Code::OverLimit, "decoded tile", [](Tiff& t) { t.set_long(0, 277, 60000); }},
      {"CMYK", Code::Unsupported, "RGB", [](Tiff& t) { t.set_long(0, 262, 5); }},
      {"a palette", Code::Unsupported, "RGB", [](Tiff& t) { t.set_long(0, 262, 3); }},
      {"colours in planes", Code::Corrupt, "contradicts", [](Tiff& t) { t.set_long(0, 284, 2); }},
      {"an unknown codec", Code::Unsupported, "compression", [](Tiff& t) { t.set_long(0, 259, 65000); }},
      {"PixarLog", Code::Unsupported, "compression", [](Tiff& t) { t.set_long(0, 259, 32909); }},
      {"fax", Code::Unsupported, "compression", [](Tiff& t) { t.set_long(0, 259, 4); }},
      {"old JPEG", Code::Unsupported, "compression", [](Tiff& t) { t.set_long(0, 259, 6); }},
      {"reversed bits", Code::Unsupported, "reverse",
       [](Tiff& t) {
         t.set_long(0, 284, 2);
         t.set_tag(0, 284, 266);
       }},
      {"real numbers", Code::Unsupported, "unsigned",
       [](Tiff& t) {
         t.set_long(0, 284, 3);
         t.set_tag(0, 284, 339);
       }},
      {"another magic number", Code::Unsupported, "", [](Tiff& t) { t.put(2, 2, 44); }},
  };
  return kCases;
}

}  // namespace

TEST_CASE("the slides that are mangled are good before") {
  for (const std::string& slide : dialects()) CHECK_FALSE(preflight(as_bytes(slide)));
  for (const bool aperio : {false, true}) CHECK_FALSE(preflight(as_bytes(mangled::phantom_tiff(aperio))));
}

TEST_CASE("each broken structure is refused with its reason, in each dialect of TIFF") {
  for (const Case& defect : cases()) {
    for (const std::string& slide : dialects()) {
      Tiff tiff(slide);
      INFO(defect.what << ", " << slide.substr(0, 2) << (tiff.big() ? " BigTIFF" : " classic"));
      defect.patch(tiff);
      const auto refusal = preflight(as_bytes(tiff.bytes));
      REQUIRE(refusal);
      CAPTURE(refusal->what);
      CHECK(name(refusal->code) == name(defect.code));
      CHECK(refusal->what.find(defect.says) != std::string::npos);
    }
  }
}

TEST_CASE("offsets near 2^64 wrap nowhere") {
  for (const std::uint64_t far : {~std::uint64_t{0}, ~std::uint64_t{0} - 7, std::uint64_t{1} << 63}) {
    for (const auto& patch : std::vector<std::function<void(Tiff&)>>{
             [&](Tiff& t) { t.set_link(0, far); }, [&](Tiff& t) { t.set_link(1, far); },
             [&](Tiff& t) { t.set_word(0, 324, far); }, [&](Tiff& t) { t.set_value(0, 324, 0, far); }}) {
      Tiff tiff(mangled::made_tiff({true, false}));
      patch(tiff);
      const auto refusal = preflight(as_bytes(tiff.bytes));
      REQUIRE(refusal);
      CHECK(name(refusal->code) == "truncated");
    }
    Tiff tiff(mangled::made_tiff({true, true}));
    tiff.set_count(0, 258, far);
    REQUIRE(preflight(as_bytes(tiff.bytes)));
    CHECK(name(preflight(as_bytes(tiff.bytes))->code) == "corrupt");
  }
}

TEST_CASE("a slide cut anywhere is refused as truncated") {
  std::vector<std::string> slides = dialects();
  slides.push_back(mangled::phantom_tiff(false));
  slides.push_back(mangled::phantom_tiff(true));
  for (const std::string& slide : slides) {
    std::vector<std::size_t> lengths{slide.size() - 1, slide.size() - 16, slide.size() * 999 / 1000};
    for (std::size_t part = 1; part < 200; ++part) lengths.push_back(slide.size() * part / 200);
    for (std::size_t length = 5; length < 16; ++length) lengths.push_back(length);
    for (const std::size_t length : lengths) {
      CAPTURE(length, slide.size());
      const auto refusal = preflight(as_bytes(slide).first(length));
      REQUIRE(refusal);
      CHECK(name(refusal->code) == "truncated");
    }
  }
}

TEST_CASE("a chain of 200000 directories ends at the limit") {
  std::string bytes("II*\0\x08\0\0\0", 8);
  const auto put = [&](std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> 8 * i & 0xFF);
  };
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t at = bytes.size();
    put(4, 2);
    put(256, 2), put(4, 2), put(1, 4), put(1, 4);
    put(257, 2), put(4, 2), put(1, 4), put(1, 4);
    put(273, 2), put(4, 2), put(1, 4), put(0, 4);
    put(279, 2), put(4, 2), put(1, 4), put(0, 4);
    put(at + 2 + 4 * 12 + 4, 4);
  }
  const auto refusal = preflight(as_bytes(bytes));
  REQUIRE(refusal);
  CHECK(name(refusal->code) == "over-limit");
  CHECK(refusal->what.find("1000 images") != std::string::npos);
}

TEST_CASE("directories that share one large tag are charged for it each time") {
  constexpr std::uint64_t kShared = std::uint64_t{1} << 20;
  std::string bytes("II*\0\0\0\0\0", 8);
  bytes.resize(8 + kShared, 'x');
  const auto put = [&](std::uint64_t value, int count) {
    for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> 8 * i & 0xFF);
  };
  const std::uint64_t first = bytes.size();
  for (int i = 0; i < 500; ++i) {
    const std::uint64_t at = bytes.size();
    put(5, 2);
    put(256, 2), put(4, 2), put(1, 4), put(1, 4);
    put(257, 2), put(4, 2), put(1, 4), put(1, 4);
    put(270, 2), put(2, 2), put(kShared, 4), put(8, 4);
    put(273, 2), put(4, 2), put(1, 4), put(0, 4);
    put(279, 2), put(4, 2), put(1, 4), put(0, 4);
    put(at + 2 + 5 * 12 + 4, 4);
  }
  Tiff tiff(bytes);
  tiff.set_link(0, first);
  const auto refusal = preflight(as_bytes(tiff.bytes));
  REQUIRE(refusal);
  CHECK(name(refusal->code) == "over-limit");
  CHECK(refusal->what.find("64 MiB") != std::string::npos);
}

TEST_CASE("JPEG tiles of another size than the directory says are refused") {
  Tiff tiff(mangled::phantom_tiff(false));
  REQUIRE(tiff.value(0, 322) == 256);
  tiff.set_long(0, 322, 300);  // 4 columns over 1200 px instead of 5
  const auto fewer = preflight(as_bytes(tiff.bytes));
  REQUIRE(fewer);
  tiff.set_long(0, 322, 256);
  tiff.set_long(0, 323, 270);  // 4 rows over 900 px, as before
  const auto refusal = preflight(as_bytes(tiff.bytes));
  REQUIRE(refusal);
  CAPTURE(refusal->what);
  CHECK(name(refusal->code) == "corrupt");
  CHECK(refusal->what.find("none of its tiles begins") != std::string::npos);
}

TEST_CASE("the pixels of a picture beside the levels are never decoded") {
  Tiff tiff(mangled::phantom_tiff(true));
  REQUIRE_FALSE(preflight(as_bytes(tiff.bytes)));
  const std::uint64_t at = tiff.value(1, 273), size = tiff.value(1, 279);  // Aperio's thumbnail, one strip
  for (std::uint64_t i = 0; i < size; ++i) tiff.put(at + i, 1, 0xAA);
  const mangled::Scratch scratch;
  const auto source = open_slide(mangled::write_file(scratch / "label.svs", tiff.bytes));
  SlidePixels pixels;
  source->read(0, {0, 0, 1200, 900}, pixels);
  CHECK(pixels.whole);
  CHECK(pixels.problems.empty());
}

TEST_CASE("pictures that claim too much are refused by their header") {
  const auto png = [](std::uint32_t width, std::uint32_t height, int bits) {
    std::string bytes("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR", 16);
    for (const std::uint32_t side : {width, height}) {
      for (int i = 3; i >= 0; --i) bytes += static_cast<char>(side >> 8 * i & 0xFF);
    }
    bytes += static_cast<char>(bits);
    return bytes + std::string("\x02\0\0\0", 4) + std::string(64, 'x');
  };
  const auto jpeg = [](int width, int height) {
    std::string bytes("\xFF\xD8\xFF\xE0\0\x04xx\xFF\xFF\xC2\0\x11\x08", 14);
    for (const int side : {height, width}) {
      bytes += static_cast<char>(side >> 8);
      bytes += static_cast<char>(side & 0xFF);
    }
    return bytes + std::string(64, 'x');
  };
  const auto code = [](const std::string& bytes) {
    const auto refusal = preflight(as_bytes(bytes));
    return refusal ? std::string(name(refusal->code)) : std::string("accepted");
  };
  CHECK(code(png(100, 100, 8)) == "accepted");
  CHECK(code(png(30'000, 30'000, 8)) == "over-limit");
  CHECK(code(png(0xFFFF'FFFF, 0xFFFF'FFFF, 8)) == "over-limit");
  CHECK(code(png(16'000, 16'000, 8)) == "over-limit");  // 768 MB out of 97 bytes
  CHECK(code(png(0, 100, 8)) == "corrupt");
  CHECK(code(png(100, 100, 16)) == "unsupported");
  CHECK(code(png(100, 100, 8).substr(0, 20)) == "truncated");
  CHECK(code(jpeg(100, 100)) == "accepted");
  CHECK(code(jpeg(65'535, 65'535)) == "over-limit");
  CHECK(code(jpeg(16'000, 16'000)) == "over-limit");
  CHECK(code(jpeg(100, 0)) == "corrupt");
  CHECK(code(jpeg(100, 100).substr(0, 16)) == "truncated");
  CHECK(code(std::string("\xFF\xD8\xFF\xD9\0\0\0\0", 8)) == "corrupt");
}

TEST_CASE("what opens is what passed: every refusal reaches open_slide with the slide's name") {
  const mangled::Scratch scratch;
  Tiff tiff(mangled::made_tiff({}));
  tiff.set_value(0, 324, 5, kFar);
  mangled::write_file(scratch / "far.tif", tiff.bytes);
  try {
    (void)open_slide(scratch / "far.tif");
    FAIL("it was opened");
  } catch (const Error& error) {
    CHECK(name(error.code()) == "truncated");
    CHECK(std::string(error.what()).find("slide \"far.tif\": ") == 0);
  }
  for (const std::string& slide : dialects()) {
    mangled::write_file(scratch / "good.tif", slide);
    const auto source = open_slide(scratch / "good.tif");
    SlidePixels pixels;
    source->read(1, {0, 0, 128, 128}, pixels);
    CHECK(pixels.whole);
    CHECK(pixels.rgb.row(0)[0] == 200);
    CHECK(pixels.rgb.row(0)[1] == 207);
  }
}
