#include "annulet/cohort/manifest.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "annulet/base/error.hpp"
#include "cohort/nearest_word.hpp"
#include "support/catch.hpp"

using namespace annulet;

namespace {

using Path = std::filesystem::path;

std::vector<ManifestRow> read(const std::string& text) {
  std::istringstream stream(text);
  return read_manifest(stream, "m.csv", "/archive");
}

std::string refusal(const std::function<void()>& work, Code code = Code::Usage) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == code);
    return error.what();
  }
  return "no refusal";
}

void check_refused(const std::string& text, const std::string& said) {
  const std::string what = refusal([&] { read(text); });
  INFO(text << "\n" << what);
  CHECK(what.find(said) != std::string::npos);
}

/// A folder of its own, removed with all that is in it.
class Folder {
 public:
  Folder()
      : path_(std::filesystem::temp_directory_path() / ("annulet-manifest-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const Path& path() const { return path_; }
  void write(const Path& name, const std::string& bytes) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << bytes;
  }

 private:
  Path path_;
};

std::vector<std::string> names(const std::vector<ManifestRow>& rows) {
  std::vector<std::string> list;
  for (const ManifestRow& row : rows) list.push_back(row.slide);
  return list;
}

using Names = std::vector<std::string>;
const std::string kTiff("II*\0", 4);

}  // namespace

TEST_CASE("a manifest with every column is read, in its order") {
  const std::string hash(64, 'A');
  const auto rows = read(
      "reader_anna,slide,case,specimen,mpp,regions,ish,controls,antibody,scanner,date,sha256,reader_Jörg\r\n"
      "1+,b.svs,P1,primary,0.25,r/b.geojson;/x/c.xml,\"2.1,3.6\",ok,4B5,\"GT 450, unit 2\",2024-02-29," +
      hash +
      ",2\r\n"
      ",/data/a.svs,,,,,,,,,,,\r\n");
  REQUIRE(rows.size() == 2);
  const ManifestRow& b = rows[0];
  CHECK(b.line == 2);
  CHECK(b.slide == "b.svs");
  CHECK(b.path == "/archive/b.svs");
  CHECK(b.case_id == "P1");
  CHECK(b.specimen == "primary");
  CHECK(b.mpp == 0.25);
  CHECK(b.regions == std::vector<Path>{"/archive/r/b.geojson", "/x/c.xml"});
  CHECK(b.ish == "2.1,3.6");
  CHECK(b.controls == "ok");
  CHECK(b.antibody == "4B5");
  CHECK(b.scanner == "GT 450, unit 2");
  CHECK(b.date == "2024-02-29");
  CHECK(b.sha256 == std::string(64, 'a'));
  CHECK(b.readers == std::vector<std::pair<std::string, Score>>{{"anna", Score::One}, {"Jörg", Score::Two}});
  CHECK(rows[1].line == 3);
  CHECK(rows[1].path == "/data/a.svs");
  CHECK_FALSE(rows[1].mpp.has_value());
  CHECK(rows[1].readers.empty());
  CHECK(rows[1].sha256.empty());
}

TEST_CASE("scores of readers are written with or without the plus") {
  const auto rows = read("slide,reader_a,reader_b\na,0,1\nb,1+,2\nc,2+,3\nd,3+,\n");
  CHECK(rows[0].readers[0].second == Score::Zero);
  CHECK(rows[0].readers[1].second == Score::One);
  CHECK(rows[1].readers[0].second == Score::One);
  CHECK(rows[2].readers[1].second == Score::Three);
  CHECK(rows[3].readers.size() == 1);
  for (const char* wrong : {"4", "0+", "1 +", "2++", "low", "1.0", "-"})
    check_refused("slide,reader_a\na," + std::string(wrong) + "\n", "m.csv:2:3: reader_a: ");
}

TEST_CASE("a value that cannot be meant is refused with its line and column") {
  check_refused("mpp,slide\n,\n", "m.csv:2:2: slide: the row names no slide");
  check_refused("slide\n a.svs\n", "m.csv:2:1: slide: \" a.svs\" begins or ends with a blank");
  check_refused("slide\n\"a\nb\"\n", "m.csv:2:1: slide: \"a\\x0ab\" holds a control character");
  check_refused("slide\n" + std::string(kManifestPathBytes + 1, 'x') + "\n",
                "m.csv:2:1: slide: longer than 4095");
  check_refused("slide,case\na," + std::string(kManifestTextBytes + 1, 'x') + "\n",
                "m.csv:2:3: case: longer");
  check_refused("slide,case\na,\x1b[2J\n", "case: \"\\x1b[2J\" holds a control");
  check_refused("slide,specimen\na,Primary\n",
                "m.csv:2:3: specimen: \"Primary\" is none of primary, metastasis");
  for (const char* wrong :
       {"0", "-0.25", "nan", "inf", "0x1", "1e-1", "0.25um", "0.25 ", "+0.25", "1001", "."})
    check_refused("slide,mpp\na," + std::string(wrong) + "\n", "m.csv:2:3: mpp: ");
  check_refused("slide,mpp\na,\"0,25\"\n", "write um per pixel with a point");
  check_refused("slide,regions\na,x;;y\n", "m.csv:2:3: regions: \"x;;y\" holds an empty name");
  check_refused("slide,regions\na,x;\n", "holds an empty name");
  check_refused("slide,ish\na,maybe\n", "m.csv:2:3: ish: 'maybe': this is no result");
  check_refused("slide,controls\na,OK\n", "m.csv:2:3: controls: \"OK\" is none of ok, failed");
  for (const char* wrong :
       {"2023-02-29", "2024-13-01", "2024-00-01", "24-01-01", "2024/01/01", "2024-1-01", "01.02.2024"})
    check_refused("slide,date\na," + std::string(wrong) + "\n", "m.csv:2:3: date: ");
  for (const std::string& wrong : {std::string(63, 'a'), std::string(65, 'a'), std::string(63, 'a') + "g"})
    check_refused("slide,sha256\na," + wrong + "\n", "m.csv:2:3: sha256: ");
}

TEST_CASE("columns are known by name, and a slip is told what was probably meant") {
  check_refused("slide,Mpp\na,1\n", "m.csv:1:7: unknown column \"Mpp\", did you mean \"mpp\"?");
  check_refused("slide,atnibody\na,1\n", "did you mean \"antibody\"?");
  check_refused("slide,colour\na,1\n", "unknown column \"colour\"; known are slide, case, specimen, mpp");
  check_refused("slides\na\n", "did you mean \"slide\"?");
  check_refused("slide,reader_\na,1\n", "m.csv:1:7: a reader without a name");
  check_refused("case,mpp\na,1\n", "m.csv:1:1: there is no column slide");
  check_refused("slide,mpp,mpp\na,1,1\n", "a second column \"mpp\"");
  check_refused("slide;mpp\na;1\n", "separated by semicolons");
  check_refused("slide\n", "names no slide");
}

TEST_CASE("the nearest word is the one of the fewest slips, or none") {
  const std::vector<std::string_view> words{"slide", "case", "mpp", "ish", "sha256"};
  CHECK(cohort::nearest_word("slid", words) == "slide");
  CHECK(cohort::nearest_word("SHA256", words) == "sha256");
  CHECK(cohort::nearest_word("sha-256", words) == "sha256");
  CHECK(cohort::nearest_word("isch", words) == "ish");
  CHECK(cohort::nearest_word("xyz", words).empty());
  CHECK(cohort::nearest_word("", words).empty());
  CHECK(cohort::nearest_word(std::string(1000, 's'), words).empty());
}

TEST_CASE("a slide asked for twice is refused with both lines") {
  check_refused("slide,case\na.svs,1\nb.svs,1\n./x/../a.svs,2\n",
                "m.csv:4:1: slide \"./x/../a.svs\" stands in line 2 already");
  check_refused("slide\na\nb\nc\nb\na\nc\n", "m.csv:5:1: slide \"b\" stands in line 3 already");
  check_refused("slide,reader_a,sha256\na,1,\na,2," + std::string(64, 'a') + "\n",
                "stands in line 2 already");
  check_refused("slide,mpp\na,0.25\na,0.5\n", "stands in line 2 already");
}

TEST_CASE("relative paths start at the manifest's folder, and slides need not be there") {
  const Folder folder;
  folder.write("lists/m.csv", "slide,regions\n../a.svs,a.geojson\n");
  const auto rows = read_manifest(folder.path() / "lists/m.csv");
  CHECK(rows[0].slide == "../a.svs");
  CHECK(rows[0].path.lexically_normal() == folder.path() / "a.svs");
  CHECK(rows[0].regions[0] == folder.path() / "lists/a.geojson");
}

TEST_CASE("a folder gives its slides by extension or by their first bytes, sorted") {
  const Folder folder;
  folder.write("b.SVS", "no slide at all");
  folder.write("a.tif", kTiff);
  folder.write("by-head", kTiff);
  folder.write("zeiss.czi", "ZISRAWFILE");
  folder.write("notes.txt", "hello");
  folder.write("cohort.sqlite", std::string("SQLite format 3\0", 16));
  folder.write(".hidden.svs", kTiff);
  folder.write("deeper/c.svs", kTiff);
  const auto rows = read_manifest(folder.path());
  CHECK(names(rows) == Names{"a.tif", "b.SVS", "by-head", "zeiss.czi"});
  CHECK(rows[1].path == folder.path() / "b.SVS");
  CHECK(rows[1].line == 0);
  CHECK(names(read_manifest(folder.path() / "")) == names(rows));
}

TEST_CASE("pictures that a slide of several files is made of are no slides of their own") {
  const Folder folder;
  folder.write("a.vms",
               "[Virtual Microscope Specimen]\nImageFile=a-0.jpg\nMapFile=a_map.jpg\nOptimisationFile=\n");
  folder.write("a-0.jpg", "\xFF\xD8\xFF");
  folder.write("a_map.jpg", "\xFF\xD8\xFF");
  folder.write("field.jpg", "\xFF\xD8\xFF");
  CHECK(names(read_manifest(folder.path())) == Names{"a.vms", "field.jpg"});
}

TEST_CASE("a pattern gives the slides that it matches, below its first wildcard") {
  const Folder folder;
  for (const char* name : {"2023/p1/a.svs", "2023/p2/b.svs", "2024/p1/a.svs", "2024/c.svs", "2024/.x/d.svs"})
    folder.write(name, kTiff);
  folder.write("2024/notes.txt", "hello");
  std::filesystem::create_directory_symlink(folder.path(), folder.path() / "2024/loop");
  const auto matched = [&](const char* pattern) { return names(read_manifest(folder.path() / pattern)); };
  CHECK(matched("2023/*/a.svs") == Names{"p1/a.svs"});
  CHECK(matched("*/p1/*.svs") == Names{"2023/p1/a.svs", "2024/p1/a.svs"});
  CHECK(matched("**/*.svs") == Names{"2023/p1/a.svs", "2023/p2/b.svs", "2024/c.svs", "2024/p1/a.svs"});
  CHECK(matched("**") == matched("**/*.svs"));
  CHECK(matched("**/**/a.svs") == Names{"2023/p1/a.svs", "2024/p1/a.svs"});
  CHECK(matched("202[3]/p?/*") == Names{"2023/p1/a.svs", "2023/p2/b.svs"});
  CHECK(matched("2024/*") == Names{"c.svs"});
  CHECK(read_manifest(folder.path() / "2024/*")[0].path == folder.path() / "2024/c.svs");
}

TEST_CASE("no slide at all is an error with a hint") {
  const Folder folder;
  folder.write("deeper/a.svs", kTiff);
  folder.write("notes.txt", "hello");
  const auto said = [&](const Path& name, Code code) {
    return refusal([&] { read_manifest(folder.path() / name); }, code);
  };
  CHECK(said("", Code::Usage).find("holds no slides (1 other files); folders inside") != std::string::npos);
  CHECK(said("*.txt", Code::Usage).find("no slide matches this pattern (1 other files do)") !=
        std::string::npos);
  CHECK(said("x/*.svs", Code::Usage).find("no slide matches") != std::string::npos);
  CHECK(said("m.csv", Code::NotFound).find("no such manifest or folder") != std::string::npos);
  CHECK(said("deeper/a.svs", Code::Usage).find("is a slide, not a list of slides") != std::string::npos);
}

TEST_CASE("a long manifest is read whole") {
  std::string text = "slide,case,mpp,reader_a\n";
  constexpr int kRows = 100'000;
  for (int i = 0; i < kRows; ++i)
    text += "case" + std::to_string(i / 3) + "/slide" + std::to_string(i) + ".svs,case" +
            std::to_string(i / 3) + ",0.25,1+\n";
  const auto rows = read(text);
  CHECK(rows.size() == kRows);
  CHECK(rows.back().line == kRows + 1);
  CHECK(rows.back().slide == "case33333/slide99999.svs");
}
