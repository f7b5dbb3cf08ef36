#include "store/database.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "annulet/store/store_place.hpp"
#include "store/schema.hpp"

namespace annulet::store {
namespace {

constexpr int kBusyMilliseconds = 5000;
constexpr int kCacheKilobytes = 2048;  // every page is read once: a small cache stays in the processor's

/// What is read may be anybody's: neither its schema nor its pages are trusted.
void distrust(SQLite::Database& database) {
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  database.exec("PRAGMA trusted_schema = OFF");
  database.exec("PRAGMA cell_size_check = ON");
  database.exec(fmt::format("PRAGMA cache_size = -{}", kCacheKilobytes));
}

/// A name for SQLite's URI: what would end or change it is written as numbers.
std::string uri_of(const std::filesystem::path& file, const char* parameters) {
  std::string uri = "file:";
  for (const char letter : std::filesystem::absolute(file).string()) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || byte == '/' || byte == '.' || byte == '_' ||
                       byte == '-';
    uri += plain ? std::string(1, letter) : fmt::format("%{:02X}", byte);
  }
  return uri + parameters;
}

}  // namespace

Error explained(const SQLite::Exception& error, const std::filesystem::path& file) {
  const std::string name = "'" + file.string() + "'", said = std::string(" (") + error.what() + ")";
  switch (error.getErrorCode() & 255) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return {Code::Corrupt, no_store_words(file.string(), said)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Code::Output, name + " is in use by another program" + said + ": wait for it, then try again"};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return {Code::Permission,
              name + " cannot be opened" + said +
                  ": check its permissions; where writing it was cut off, run annulet batch again"};
    case SQLITE_FULL:
    case SQLITE_IOERR:
      return {Code::Output, name + " could not be read or written" + said + ": check the disk"};
    default:
      return {Code::Internal, name + ": SQLite says" + said};
  }
}

SQLite::Database open_for_reading(const std::filesystem::path& file) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed))
    throw Error(Code::NotFound, "'" + file.string() +
                                    "' is not there: give the folder that annulet batch wrote, or its "
                                    "cohort.sqlite");
  return with_errors(file, [&] {
    // A store on a network is only ever replaced as a whole: without locks, which networks do badly.
    const bool local = network_file_system_at(file).empty();
    if (!local) expect_no_journal(file);
    const char* how = local ? "?mode=ro" : "?mode=ro&immutable=1";
    SQLite::Database database(uri_of(file, how), SQLite::OPEN_READONLY | SQLite::OPEN_URI, kBusyMilliseconds);
    distrust(database);
    check_schema(database, file.string());
    return database;
  });
}

SQLite::Database open_for_writing(const std::filesystem::path& file) {
  return with_errors(file, [&] {
    SQLite::Database database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMilliseconds);
    distrust(database);
    // Only a file in which nothing was ever written takes another length of pages.
    if (database.execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0 &&
        database.execAndGet("PRAGMA application_id").getInt() == 0) {
      database.exec(fmt::format("PRAGMA page_size = {}", kPageBytes));
      create_schema(database);
    }
    const int version = check_schema(database, file.string());
    if (version < kSchemaVersion) migrate(database, version);
    database.exec("PRAGMA foreign_keys = ON");
    database.exec("PRAGMA journal_mode = DELETE");
    database.exec("PRAGMA synchronous = FULL");
    return database;
  });
}

}  // namespace annulet::store
