#include "annulet/report/deflate.hpp"

#include <libdeflate.h>

#include <catch2/catch.hpp>
#include <memory>
#include <utility>

#include "annulet/base/random.hpp"

using namespace annulet;

namespace {

constexpr Repeats kBoth[] = {Repeats::Runs, Repeats::Names};

std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> decompressor() {
  return {libdeflate_alloc_decompressor(), &libdeflate_free_decompressor};
}

std::string unpacked_gzip(const std::string& file, std::size_t bytes) {
  std::string text(bytes + 1, '\0');
  std::size_t in = 0, out = 0;
  REQUIRE(libdeflate_gzip_decompress_ex(decompressor().get(), file.data(), file.size(), text.data(),
                                        text.size(), &in, &out) == LIBDEFLATE_SUCCESS);
  CHECK(in == file.size());
  return text.substr(0, out);
}

std::string unpacked_zlib(const std::string& stream, std::size_t bytes) {
  std::string text(bytes + 1, '\0');
  std::size_t out = 0;
  REQUIRE(libdeflate_zlib_decompress(decompressor().get(), stream.data(), stream.size(), text.data(),
                                     text.size(), &out) == LIBDEFLATE_SUCCESS);
  return text.substr(0, out);
}

/// Bytes of so many values, the low ones more often, some of them in runs.
std::string measured(Random& random, std::size_t bytes, std::uint64_t values, std::uint64_t longest_run) {
  std::string text;
  while (text.size() < bytes) {
    const auto value = static_cast<char>(random.below(1 + random.below(values)));
    text.append(1 + random.below(longest_run), value);
  }
  return text.substr(0, bytes);
}

std::string features(Random& random, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += R"({"type":"Feature","name":")" + std::to_string(random.below(1000)) + R"(","ring":[)";
    for (std::uint64_t k = random.below(40); k > 0; --k)
      text += "[148" + std::to_string(random.below(1000)) + ".5,7],";
    text += R"(],"Membrane: completeness":0.1,"Membrane: contrast":0.2})";
  }
  return text;
}

void check_round(const std::string& text) {
  for (const Repeats repeats : kBoth) {
    const std::string member = gzip_member(text, repeats), stream = zlib_stream(text, repeats);
    CHECK(unpacked_gzip(member, text.size()) == text);
    CHECK(unpacked_zlib(stream, text.size()) == text);
    CHECK(gzip_member(text, repeats) == member);
  }
}

}  // namespace

TEST_CASE("what is deflated comes back, whatever it is") {
  Random random(5);
  check_round("");
  check_round("a");
  check_round("aaaa");
  check_round("\"\"\"\"");
  check_round(std::string("\0\0\0\0\0", 5));
  for (const std::size_t bytes : {3, 255, 256, 259, 65535, 65536, 65537, 200000}) {
    check_round(std::string(bytes, '\xFF'));
    check_round(std::string(bytes, '"'));
    check_round(std::string(bytes, ']'));
    check_round(measured(random, bytes, 256, 1));
    check_round(measured(random, bytes, 256, 300));
    check_round(measured(random, bytes, 12, 6));
    std::string repeated;  // from just within the window of a repetition, and from just beyond it
    for (const std::string& word :
         {std::string("\"a name of many letters\""), measured(random, 32760, 30, 1)})
      repeated += word + word;
    check_round(repeated.substr(0, bytes));
  }
  for (const int count : {1, 20, 300, 3000}) check_round(features(random, count));
}

TEST_CASE("deflating finds runs of bytes and names that come again") {
  Random random(6);
  const std::string runs = measured(random, 1 << 18, 4, 200), json = features(random, 2000);
  CHECK(gzip_member(runs, Repeats::Runs).size() < runs.size() / 25);
  CHECK(gzip_member(json, Repeats::Names).size() < json.size() / 3);
  CHECK(gzip_member(json, Repeats::Names).size() < gzip_member(json, Repeats::Runs).size());
}

TEST_CASE("a gzip member carries neither time nor name nor system") {
  const std::string member = gzip_member("text", Repeats::Runs);
  CHECK(member.substr(0, 10) == std::string("\x1F\x8B\x08\0\0\0\0\0\0\xFF", 10));
}

TEST_CASE("rare bytes get words of a length that the format allows") {
  std::string text;  // the shortest code for these counts has words of 22 bits
  for (std::uint32_t byte = 0, count = 1, more = 1; text.size() + count < 65536; ++byte) {
    text.append(count, static_cast<char>(byte));
    more = std::exchange(count, count + more);
  }
  Random random(7);
  for (std::size_t i = text.size(); i > 1; --i) std::swap(text[i - 1], text[random.below(i)]);
  check_round(text);
}
