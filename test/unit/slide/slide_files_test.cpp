// Slides of several files: which they are, that all are there, and the digest that covers them.
#include "annulet/slide/slide_files.hpp"

#include "annulet/base/digest.hpp"
#include "annulet/base/error.hpp"
#include "annulet/slide/preflight.hpp"
#include "made_slides.hpp"
#include "support/catch.hpp"

using namespace annulet;
namespace fs = std::filesystem;

namespace {

const char* const kSlidedat =
    "\xEF\xBB\xBF[GENERAL]\r\nSLIDE_VERSION = 01.02\r\n[HIERARCHICAL]\r\nINDEXFILE = Index.dat\r\n"
    "[DATAFILE]\r\nFILE_COUNT = 2\r\nFILE_0 = Data0000.dat\r\nFILE_1 = Data0001.dat\r\n";

void write_mirax(const made::Folder& folder, const std::string& slidedat = kSlidedat) {
  made::write_bytes(folder / "a.mrxs", "\xFF\xD8\xFF\xD9");
  fs::create_directories(folder / "a");
  made::write_bytes(folder / "a/Slidedat.ini", slidedat);
  for (const char* name : {"Index.dat", "Data0000.dat", "Data0001.dat"})
    made::write_bytes(folder / (std::string("a/") + name), std::string("content of ") + name);
}

std::string code_of(const fs::path& slide, std::string* message = nullptr) {
  try {
    (void)slide_files(slide);
  } catch (const Error& error) {
    if (message != nullptr) *message = error.what();
    return std::string(name(error.code()));
  }
  return "accepted";
}

}  // namespace

TEST_CASE("a slide of one file is that file, and its digest that of its bytes") {
  const made::Folder folder;
  made::write_bytes(folder / "one.svs", "II*");
  CHECK(slide_files(folder / "one.svs") == std::vector<fs::path>{folder / "one.svs"});
  CHECK(SlideWatch(folder / "one.svs").digest() == sha256_of("II*"));
}

TEST_CASE("a MIRAX slide is its file and what Slidedat.ini lists") {
  const made::Folder folder;
  write_mirax(folder);
  const std::vector<fs::path> files = slide_files(folder / "a.mrxs");
  REQUIRE(files.size() == 5);
  CHECK(files[0] == folder / "a.mrxs");
  CHECK(files[1] == folder / "a/Data0000.dat");
  CHECK(files[4] == folder / "a/Slidedat.ini");
  std::string lines;
  for (const fs::path& file : files) lines += sha256_of_file(file) + "\n";
  const std::string digest = SlideWatch(folder / "a.mrxs").digest();
  CHECK(digest == sha256_of(lines));
  made::write_bytes(folder / "a/Thumbs.db", "not of the slide");
  CHECK(SlideWatch(folder / "a.mrxs").digest() == digest);
  made::write_bytes(folder / "a/Data0001.dat", "content of Data0001.daT");
  CHECK(SlideWatch(folder / "a.mrxs").digest() != digest);
}

TEST_CASE("a member that is missing, empty or no file is told by name") {
  const made::Folder folder;
  write_mirax(folder);
  std::string message;
  fs::remove(folder / "a/Data0001.dat");
  CHECK(code_of(folder / "a.mrxs", &message) == "not-found");
  CHECK(message.find("a.mrxs") != std::string::npos);
  CHECK(message.find("Data0001.dat") != std::string::npos);
  CHECK_THROWS_AS(preflight(folder / "a.mrxs"), Error);
  made::write_bytes(folder / "a/Data0001.dat", "");
  CHECK(code_of(folder / "a.mrxs") == "empty");
  fs::remove(folder / "a/Data0001.dat");
  fs::create_directory(folder / "a/Data0001.dat");
  CHECK(code_of(folder / "a.mrxs") == "not-a-file");
  fs::remove_all(folder / "a");
  CHECK(code_of(folder / "a.mrxs") == "not-found");
}

TEST_CASE("a list of members that is wrong is refused") {
  const auto code = [](auto list, const std::string& text) -> std::string {
    try {
      (void)list(text);
    } catch (const Error& error) {
      return std::string(name(error.code()));
    }
    return "accepted";
  };
  CHECK(code(mirax_members, kSlidedat) == "accepted");
  CHECK(code(mirax_members, "") == "corrupt");
  CHECK(code(mirax_members, "[HIERARCHICAL]\nINDEXFILE=I\n[DATAFILE]\nFILE_COUNT=3\nFILE_0=a\n") ==
        "corrupt");
  for (const char* out : {"../secret", "/etc/passwd", "..", ".", "", "a\\b"}) {
    CAPTURE(out);
    CHECK(code(mirax_members, std::string("[HIERARCHICAL]\nINDEXFILE=I\n[DATAFILE]\nFILE_COUNT=1\nFILE_0=") +
                                  out) == "corrupt");
  }
  std::string many = "[HIERARCHICAL]\nINDEXFILE=I\n[DATAFILE]\nFILE_COUNT=1\n";
  for (int i = 0; i < 20'000; ++i) many += "FILE_" + std::to_string(i) + "=f" + std::to_string(i) + "\n";
  CHECK(code(mirax_members, many) == "over-limit");
  CHECK(code(hamamatsu_members,
             "[Virtual Microscope Specimen]\nImageFile=a.jpg\nImageFile(1,0)=b.jpg\n"
             "MapFile=map.jpg\nMacroImage=macro.jpg\n") == "accepted");
  CHECK(code(hamamatsu_members, "[Virtual Microscope Specimen]\nNoLayers=1\n") == "corrupt");
  CHECK(code(hamamatsu_members, "ImageFile=../a.jpg\n") == "corrupt");
}

TEST_CASE("a Hamamatsu VMS slide is its file, its images and its map, not its label") {
  const made::Folder folder;
  made::write_bytes(
      folder / "s.vms",
      "[Virtual Microscope Specimen]\nImageFile=b.jpg\nMapFile=map.jpg\nMacroImage=macro.jpg\n");
  made::write_bytes(folder / "b.jpg", "b");
  CHECK(code_of(folder / "s.vms") == "not-found");
  made::write_bytes(folder / "map.jpg", "m");
  CHECK(slide_files(folder / "s.vms").size() == 3);
}
