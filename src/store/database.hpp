#pragma once
// Opening cohort.sqlite, and what SQLite's errors mean to a user.
#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <functional>
#include <string>

#include "annulet/base/error.hpp"

namespace annulet::store {

/// What SQLite said, as an Error that tells what to do.
Error explained(const SQLite::Exception& error, const std::filesystem::path& file);

/// Runs `work`; what SQLite throws comes out as an Error.
template <class Work>
auto with_errors(const std::filesystem::path& file, const Work& work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    throw explained(error, file);
  }
}

/// Opened and checked; nothing can be written to it.
SQLite::Database open_for_reading(const std::filesystem::path& file);

/// Opened and checked, made where there is none, brought to this version where it is older.
SQLite::Database open_for_writing(const std::filesystem::path& file);

}  // namespace annulet::store
