// Looking at a slide in a process of its own: whatever the reader does, the facts or an error that names the
// slide.
#include "annulet/pipeline/look_apart.hpp"

#include <cstdlib>
#include <filesystem>

#include "annulet/base/error.hpp"
#include "annulet/slide/slide_source.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

const fs::path kSlide = fs::path(ANNULET_SOURCE_DIR) / "samples/slides/her2-2plus.tif";

/// What `look_apart` throws.
Error thrown(const SlideLooker& look) {
  try {
    look_apart(kSlide, look);
  } catch (const Error& error) {
    return error;
  }
  FAIL("nothing was thrown");
  std::abort();
}

SlideLooker telling(const std::function<void(OpenedSlide&)>& change) {
  return [change](const fs::path& slide, const std::function<void()>& alive) {
    OpenedSlide opened = look_at(slide, alive);
    change(opened);
    return opened;
  };
}

}  // namespace

TEST_CASE("a slide looked at from behind walls is what it is") {
  const OpenedSlide apart = look_apart(kSlide);
  const OpenedSlide here = look_at(kSlide, {});
  CHECK(apart.sha256 == here.sha256);
  CHECK(apart.info.file_name == here.info.file_name);
  CHECK(apart.info.bytes == here.info.bytes);
  CHECK(apart.info.extent.width == here.info.extent.width);
  CHECK(apart.info.levels.size() == here.info.levels.size());
  CHECK(apart.info.pitch.x == here.info.pitch.x);
}

TEST_CASE("what a looker throws comes out, with its code") {
  const Error error = thrown([](const fs::path&, const auto&) -> OpenedSlide {
    throw Error(Code::Truncated, "her2-2plus.tif ends too early");
  });
  CHECK(error.code() == Code::Truncated);
  CHECK(std::string(error.what()) == "her2-2plus.tif ends too early");
}

TEST_CASE("a looker that dies or lies is told, by the slide's name") {
  const std::vector<SlideLooker> evil = {
      [](const fs::path&, const auto&) -> OpenedSlide { std::abort(); },
      [](const fs::path&, const auto&) -> OpenedSlide { std::_Exit(0); },
      telling([](OpenedSlide& opened) { opened.info.file_name = "other.tif"; }),
      telling([](OpenedSlide& opened) { opened.info.extent.width = -1; }),
      telling([](OpenedSlide& opened) { opened.sha256 = "\x1b[2J"; }),
  };
  for (const SlideLooker& look : evil) {
    const Error error = thrown(look);
    CHECK(error.code() == Code::Crashed);
    CHECK(std::string(error.what()).find("her2-2plus.tif") == 0);
  }
}
