#include "annulet/store/store_place.hpp"

#include <unistd.h>

#include <fstream>

#include "annulet/base/error.hpp"
#include "annulet/base/files.hpp"
#include "support/catch.hpp"

using namespace annulet;

TEST_CASE("network file systems are told by their kind") {
  CHECK(network_file_system(0x6969) == "nfs");
  CHECK(network_file_system(0xff534d42) == "cifs");
  CHECK(network_file_system(0xfe534d42) == "smb2");
  CHECK(network_file_system(0xfffffffffe534d42) == "smb2");  // f_type is signed on some machines
  CHECK(network_file_system(0x65735546) == "fuse");
  CHECK(network_file_system(0x0bd00bd0) == "lustre");
  CHECK(network_file_system(0xef53).empty());      // ext4
  CHECK(network_file_system(0x58465342).empty());  // xfs
  CHECK(network_file_system(0x01021994).empty());  // tmpfs
}

TEST_CASE("on a network a store is written elsewhere and takes its place as a whole") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("annulet-store-place-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  const auto file = folder / "cohort.sqlite";
  std::filesystem::path elsewhere;
  {
    StorePlace place(file, "nfs");
    elsewhere = place.path();
    CHECK(elsewhere != file);
    CHECK_FALSE(std::filesystem::exists(elsewhere));
    std::ofstream(elsewhere) << "first";
    CHECK_FALSE(std::filesystem::exists(file));
    place.finish();
    CHECK(read_text(file) == "first");
  }
  CHECK_FALSE(std::filesystem::exists(elsewhere.parent_path()));
  {
    StorePlace place(file, "nfs");
    CHECK(read_text(place.path()) == "first");
    std::ofstream(place.path()) << "second";
  }  // not finished: the file is what it was
  CHECK(read_text(file) == "first");
  {
    StorePlace place(file, "");
    CHECK(place.path() == file);
    place.finish();
  }
  const auto journal = folder / "cohort.sqlite-journal";
  std::ofstream(journal) << "half";
  CHECK_THROWS_AS(StorePlace(file, "nfs"), Error);
  std::filesystem::remove(journal);
  CHECK(std::distance(std::filesystem::directory_iterator(folder), {}) == 1);
  std::filesystem::remove_all(folder);
  CHECK_THROWS_AS(
      [&] {
        StorePlace place(folder / "gone" / "cohort.sqlite", "nfs");
        std::ofstream(place.path()) << "lost";
        place.finish();
      }(),
      Error);
}
