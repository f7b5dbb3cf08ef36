#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>

#include "annulet/model/result.hpp"

namespace annulet {

/// Writes a result and its run as one message. The pages of the tables of cells are handed back to the system
/// as they are sent, so that sender and receiver together hold them about once: the result is spent
/// afterwards. 200,000 cells, 59 MB, take about 0.05 s through a pipe.
void send_result(SlideResult&& result, RunRecord& run,
                 const std::function<void(const void*, std::size_t)>& send);

/// Reads such a message up to its end; `receive` takes up to so many bytes and returns 0 at the end. The
/// sender is not trusted: throws Error Crashed where the message is not a result that could have been made
/// of a slide, before memory is asked for that it does not deserve, or where there is none for its cells.
void receive_result(const std::function<std::size_t(void*, std::size_t)>& receive, SlideResult& result,
                    RunRecord& run);

/// What every result keeps to, whoever made it: sizes that fit each other, cells in order and on the slide,
/// neighbours that exist, a status that goes with the score. Throws Error Crashed.
void check_result(const SlideResult& result);
/// The same of what is told of a slide alone.
void check_slide(const SlideInfo& slide);

}  // namespace annulet
