// What this node keeps in memory of a poll that somebody watches: definition and tally of the
// current round. The channel poll: reads from it. Sans-IO; the publisher's thread.
#pragma once

#include <string>

#include "domain/queries.hpp"

namespace voxpop::app {

class LivePoll {
  public:
    explicit LivePoll(base::PollId id) : id_(id) {}

    [[nodiscard]] const base::PollId& id() const { return id_; }
    [[nodiscard]] const domain::Poll& poll() const { return view_.poll; }

    // What the store says takes the place of what was known, also where that was more: then the
    // store has lost something, and who follows must start again.
    void load(domain::PollView view);
    // Older versions change nothing. False when a change is missing before this one.
    [[nodiscard]] bool feed(const domain::BoxChanged& changed);
    void feed(const domain::PollChanged& changed);

    [[nodiscard]] bool has_news() const { return tally_changed_ || definition_changed_; }

    struct News {
        std::string data;
        bool has_mask = false;
        std::string masked_data;  // empty: nothing for those who may not see the results
        bool new_round = false;   // who had voted before has not voted in this one
        bool went_back = false;   // clients would take the new values for old ones
    };
    [[nodiscard]] News take_news();

    [[nodiscard]] std::string snapshot() const;
    [[nodiscard]] std::string masked_snapshot() const;

  private:
    // Whether a reader who has not voted sees less than everything.
    [[nodiscard]] bool hides() const { return !domain::results_visible(view_.poll, false, false); }

    base::PollId id_;
    domain::PollView view_;
    bool tally_changed_ = false;
    bool definition_changed_ = false;
    bool new_round_ = false;
    bool went_back_ = false;
    bool loaded_ = false;
};

}  // namespace voxpop::app
