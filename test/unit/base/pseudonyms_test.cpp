// Names give way to keyed hashes wherever they stand.
#include "annulet/base/pseudonyms.hpp"

#include <unistd.h>

#include <fstream>

#include "annulet/base/error.hpp"
#include "support/catch.hpp"

using annulet::Pseudonyms;
namespace fs = std::filesystem;

TEST_CASE("a pseudonym depends on the name and on the key, and on nothing else") {
  const Pseudonyms one("a key of sixteen"), same("a key of sixteen"), other("another sixteen!");
  CHECK(one.of("slide", "case17.svs") == same.of("slide", "case17.svs"));
  CHECK(one.of("slide", "case17.svs") != one.of("slide", "case18.svs"));
  CHECK(one.of("slide", "case17.svs") != other.of("slide", "case17.svs"));
  CHECK(one.of("slide", "case17.svs").size() == std::string("slide-").size() + 16);
  CHECK(Pseudonyms::random_key() != Pseudonyms::random_key());
}

TEST_CASE("HMAC-SHA256 is that of RFC 4231, test case 2") {
  CHECK(Pseudonyms("Jefe").of("x", "what do ya want for nothing?") == "x-5bdcc146bf60754e");
}

TEST_CASE("paths and names are replaced, whatever form they have") {
  Pseudonyms names("a key of sixteen");
  names.add("slide", "/data/MEIER_1950/Meier H26-17.mrxs");
  const std::string by = names.of("slide", "Meier H26-17.mrxs");
  CHECK(names.scrub("slide \"Meier H26-17.mrxs\": gone (/data/MEIER_1950/Meier H26-17.mrxs); copy") ==
        "slide \"" + by + "\": gone (" + by + "); copy");
  CHECK(names.scrub("open /data/MEIER_1950/Meier H26-17/Slidedat.ini") == "open " + by + "/Slidedat.ini");
  CHECK(names.scrub("beside it: /data/MEIER_1950/notes.txt").find("MEIER") == std::string::npos);
  CHECK(names.scrub("Meier H26-17.mrxs2 is another") == "Meier H26-17.mrxs2 is another");
  CHECK(names.scrub("") == "");
}

TEST_CASE("a short name takes no other word along") {
  Pseudonyms names("a key of sixteen");
  names.add("slide", "HER2.svs");
  CHECK(names.scrub("that this is HER2 is taken on the user's word") ==
        "that this is HER2 is taken on the user's word");
  CHECK(names.scrub("HER2.svs: failed") == names.of("slide", "HER2.svs") + ": failed");
}

TEST_CASE("a link and the file behind it are both hidden") {
  const fs::path folder = fs::temp_directory_path() / ("annulet-names-" + std::to_string(::getpid()));
  fs::create_directories(folder);
  std::ofstream(folder / "MEIER.svs") << "x";
  fs::create_symlink(folder / "MEIER.svs", folder / "link.svs");
  Pseudonyms names("a key of sixteen");
  names.add("slide", folder / "link.svs");
  CHECK(names.scrub((folder / "MEIER.svs").string() + " or MEIER.svs").find("MEIER") == std::string::npos);
  fs::remove_all(folder);
}

TEST_CASE("a key file must exist and be long enough") {
  const fs::path file = fs::temp_directory_path() / ("annulet-key-" + std::to_string(::getpid()));
  CHECK_THROWS_AS(Pseudonyms::key_of_file(file), annulet::Error);
  std::ofstream(file) << "fifteen bytes..";
  CHECK_THROWS_AS(Pseudonyms::key_of_file(file), annulet::Error);
  std::ofstream(file) << "sixteen bytes...";
  CHECK(Pseudonyms::key_of_file(file) == "sixteen bytes...");
  CHECK_THROWS_AS(Pseudonyms::key_of_file(fs::temp_directory_path()), annulet::Error);
  fs::remove(file);
}
