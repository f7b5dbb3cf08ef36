#pragma once
// The tables of cohort.sqlite and how an older file becomes one of this version.
#include <SQLiteCpp/SQLiteCpp.h>

#include <span>
#include <string>

namespace annulet::store {

/// "Annu" as four bytes: what `file` and SQLite's application_id say of a store.
inline constexpr int kApplicationId = 0x416e6e75;
inline constexpr int kSchemaVersion = 2;
inline constexpr int kPageBytes =
    32768;  // blobs of megabytes: long pages cost fewest steps (docs/formats/store.md)

struct SchemaObject {
  int since;  ///< version that brought it
  const char* name;
  const char* sql;
};
std::span<const SchemaObject> schema_objects();

/// Makes the tables of `version` in an empty file.
void create_schema(SQLite::Database& database, int version = kSchemaVersion);

/// Brings an older file to this version, in one transaction.
void migrate(SQLite::Database& database, int from);

/// That a file is no store, and what to do. It may be anybody's: nobody is asked to remove it.
std::string no_store_words(const std::string& file, const std::string& why = "");

/// Version of a file that is a store. Throws Error Unsupported, Corrupt where it is none, is of a later
/// version, or its tables are others.
int check_schema(SQLite::Database& database, const std::string& file);

}  // namespace annulet::store
