#pragma once
#include <string>
#include <string_view>

namespace annulet {

/// Text for a terminal or a log: control characters, marks that turn the direction of writing, and bytes that
/// are no UTF-8 stand as \xNN or \uNNNN, so that the name of a file can neither move the cursor nor begin a
/// line of its own. Everything else is as it was.
std::string printable(std::string_view text);

}  // namespace annulet
