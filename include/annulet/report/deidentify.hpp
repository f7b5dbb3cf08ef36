#pragma once
#include <string_view>

#include "annulet/base/pseudonyms.hpp"
#include "annulet/model/result.hpp"

namespace annulet {

/// Replaces the slide's file name, every known name in a message, and the host's name by pseudonyms, so that
/// no file of the result holds them; `key_origin` goes into the options of the result ("file" or "run").
/// The slide's SHA-256 stays: it identifies the bytes, to those alone who have them.
void deidentify(const Pseudonyms& pseudonyms, std::string_view key_origin, SlideResult& result,
                RunRecord& run);

}  // namespace annulet
