#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace annulet {

/// Name of the network file system of this kind (statfs f_type): "nfs", "cifs", "fuse", ...; empty for a
/// local one. SQLite's locks do not hold on them, and its journals may arrive in another order
/// (sqlite.org/howtocorrupt).
std::string network_file_system(std::uint64_t kind);

/// The same of the file system that holds a file, which need not exist yet.
std::string network_file_system_at(const std::filesystem::path& file);

/// Throws Error Output where a journal lies beside the file: its writer was cut off, and without the journal
/// the file is not whole. For who would look at the file alone.
void expect_no_journal(const std::filesystem::path& file);

/// Where a store may be written: the file itself on a local disk; else a copy in a folder of its own below
/// the system's temporary one, which `finish` puts in the place of the file as a whole. Nothing of the copy
/// is left behind. `on_network` may be given by tests.
class StorePlace {
 public:
  /// Throws Error Output where the copy cannot be made.
  explicit StorePlace(const std::filesystem::path& file);
  StorePlace(const std::filesystem::path& file, std::string on_network);
  ~StorePlace();
  StorePlace(const StorePlace&) = delete;
  StorePlace& operator=(const StorePlace&) = delete;

  const std::filesystem::path& path() const { return path_; }    ///< to be written
  const std::string& on_network() const { return on_network_; }  ///< kind of file system; empty: local
  /// After the last write. Throws Error Output; then the file is what it was.
  void finish();

 private:
  std::filesystem::path file_, folder_, path_;
  std::string on_network_;
};

}  // namespace annulet
