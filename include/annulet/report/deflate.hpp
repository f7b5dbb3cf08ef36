#pragma once
#include <string>
#include <string_view>

namespace annulet {

/// Which repetitions are looked for. Nothing else is: a table of measurements has few others, and looking for
/// any is most of what compressing costs.
enum class Repeats {
  Runs,  ///< of one byte: measurements by columns, filtered pictures
  Names  ///< what begins with a quotation mark: JSON, of whose numbers nothing comes again
};

/// The bytes compressed as DEFLATE (RFC 1951): a member of a gzip file (RFC 1952; without time, name and
/// system), or a zlib stream (RFC 1950), for any reader of these. The same bytes on every machine. Two
/// fifths of the time of libdeflate's level 1, for files 1 to 4 % (cells.bin, pictures) or 9 % (JSON) larger:
/// docs/decisions/0009-tables-in-pieces.md.
std::string gzip_member(std::string_view bytes, Repeats repeats);
std::string zlib_stream(std::string_view bytes, Repeats repeats);

}  // namespace annulet
