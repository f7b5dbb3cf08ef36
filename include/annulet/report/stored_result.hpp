#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "annulet/model/result.hpp"

namespace annulet {

/// What result.json of an earlier run says, as far as concluding again and explaining need it.
struct StoredResult {
  std::string status, score, group, guideline, rule;  ///< empty for null
  std::string file_name, slide_sha256;
  std::int64_t width = 0, height = 0;     ///< px of level 0
  double pitch_x_um = 0, pitch_y_um = 0;  ///< 0 where unknown
  double tissue_mm2 = 0, analysed_mm2 = 0;
  std::map<std::string, double> excluded_mm2;
  std::uint64_t cells = 0, tumour = 0, measurable = 0;
  std::array<std::uint64_t, 5> by_pattern{};  ///< measurable tumour cells: none ... intense_complete
  double visible_od = 0;
  std::vector<ModelUse> models;
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<Remark> reasons, caveats, notes;
  std::vector<Problem> problems;                    ///< those that are named one by one
  bool has_cells = false;                           ///< the folder holds cells.bin.gz
  std::string option(std::string_view name) const;  ///< empty where it was not given
};

/// Text of a result.json. The bytes may be anybody's: nesting, lengths and numbers are checked. Throws Error
/// Corrupt, naming the member.
StoredResult parse_stored_result(std::string_view json);

/// result.json of a result folder. Throws Error NotFound, Permission, Corrupt.
StoredResult read_stored_result(const std::filesystem::path& folder);

/// The cells of a result folder: cells.bin.gz unpacked, checked against its digest, and against the slide,
/// its size and the number of cells that result.json names. Memory: the table and the unpacked bytes. Throws
/// Error NotFound, Corrupt.
CellTable read_stored_cells(const std::filesystem::path& folder, const StoredResult& stored);

/// gzip members one after the other, as GzipMembers writes them, unpacked; none may hold more than the piece
/// it writes, all together no more than `most` bytes. Throws Error Corrupt.
std::string gunzip_members(std::string_view bytes, std::uint64_t most);

}  // namespace annulet
