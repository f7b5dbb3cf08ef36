#pragma once
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "annulet/model/cohort.hpp"

namespace annulet {

/// What the cohort's folder remembers of one row, in a file of its own: what was asked, of which file, and
/// how it ended.
struct RowRecord {
  std::string slide;      ///< as the manifest has it
  std::string common;     ///< shared_digest of the batch it stands in (row_key.hpp)
  std::string asked;      ///< asked_digest of its row; empty in records of before there was one
  std::string key;        ///< digest of everything a result depends on but the slide's bytes
  std::string stamp;      ///< state of the slide's files when it was begun (row_key.hpp)
  int tries = 0;          ///< how often it was begun and ended without a result
  bool finished = false;  ///< false: `outcome` says nothing yet
  SlideOutcome outcome;
  std::string earlier;  ///< the result folder of the slide as it was before, which goes; empty for none
};

/// Where a row's files lie: functions of the manifest alone.
struct RowPlace {
  std::string id;  ///< 16 hexadecimal digits
  std::string
      stem;  ///< the slide's file name without its extension, fit for a folder, unique in the manifest
};
std::vector<RowPlace> places_of(const std::vector<ManifestRow>& rows);

/// Tables of the whole cohort, in its folder.
inline constexpr const char* kCohortCsv = "cohort.csv";
inline constexpr const char* kPatientsCsv = "patients.csv";

/// The folder of a cohort: `slides/` with a result folder a slide, `state/` with a record a row, `work/` with
/// what is under way, `batch.json` that tells such a folder from any other. What is in `slides/` and `state/`
/// came there whole, by renaming. One process works in it at a time (folder_lock.hpp), or several on
/// different rows. One thread.
class CohortFolder {
 public:
  /// Makes the folder where there is none, or an empty one. Throws Error Usage where it holds something else,
  /// Output where it cannot be made.
  static CohortFolder make(const std::filesystem::path& folder);
  /// One that exists. Throws Error Usage, NotFound.
  static CohortFolder open(const std::filesystem::path& folder);
  /// Nothing where `make` would begin a new one. Throws as `make`, and makes nothing.
  static std::optional<CohortFolder> find(const std::filesystem::path& folder);

  const std::filesystem::path& path() const { return folder_; }
  /// Where a row's result is made before it is taken over.
  std::filesystem::path workplace(const RowPlace& place) const;
  /// Empties a row's workplace and says whether something was there: what an earlier process did not end.
  bool clear_workplace(const RowPlace& place) const;

  /// Nothing where there is none, or where it is no record (of another version).
  std::optional<RowRecord> record(const RowPlace& place) const;
  void write(const RowPlace& place, const RowRecord& record) const;

  /// Calls `take` with every record in `state/`, in no order, whatever manifest its row is of.
  void each_record(const std::function<void(const std::string& id, const RowRecord& record)>& take) const;

  /// Moves the result in the row's workplace to `slides/`, in place of an earlier one, and returns how it
  /// ended. `taken` says of a folder below the cohort's whether it is another row's: then the name has the
  /// row's id in it. Throws Error Corrupt where the workplace holds no result, Output.
  SlideOutcome take_over(const RowPlace& place, const std::function<bool(const std::string&)>& taken) const;
  /// What is wrong with the result folder of an outcome; empty where its result.json has the recorded digest
  /// and its tables of cells are there.
  std::string fault_of(const SlideOutcome& outcome) const;
  void remove_result(const std::string& folder) const;
  /// Takes a table away that does not speak of the results that are there. Throws Error Output.
  void withdraw(const char* table) const;

 private:
  explicit CohortFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}
  std::filesystem::path state_file(const RowPlace& place) const;
  std::filesystem::path folder_;
};

/// How a result folder says that its slide ended; `folder` is left empty. Throws Error NotFound, Permission,
/// Corrupt.
SlideOutcome read_outcome(const std::filesystem::path& folder);

}  // namespace annulet
