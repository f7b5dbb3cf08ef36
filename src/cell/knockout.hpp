#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace annulet::nuclei {

/// Who stays of many of whom some beat others near them, in a fixed number of parallel rounds: one wins when
/// all who beat it have lost, and who is beaten by a winner loses. Whoever depends on a longer chain stays
/// undecided, so what happens to one depends on its surroundings and not on where the window ends. Holds
/// scratch.
class Knockout {
 public:
  enum class State : std::uint8_t { Undecided, Won, Lost };

  /// `each_better(i, visit)` calls visit(j) for every j that beats i; no two may beat each other. The answer
  /// holds until the next call.
  template <typename EachBetter>
  const std::vector<State>& operator()(std::size_t count, int rounds, const EachBetter& each_better) {
    state_.assign(count, State::Undecided);
    for (int round = 0; round < rounds; ++round) {
      next_ = state_;
      for (std::size_t i = 0; i < count; ++i) {
        if (state_[i] != State::Undecided) continue;
        bool wins = true;
        each_better(i, [&](std::uint32_t j) { wins = wins && state_[j] == State::Lost; });
        if (wins) next_[i] = State::Won;
      }
      state_ = next_;
      for (std::size_t i = 0; i < count; ++i) {
        if (state_[i] != State::Undecided) continue;
        each_better(i, [&](std::uint32_t j) {
          if (state_[j] == State::Won) next_[i] = State::Lost;
        });
      }
      state_ = next_;
    }
    return state_;
  }

 private:
  std::vector<State> state_, next_;
};

}  // namespace annulet::nuclei
