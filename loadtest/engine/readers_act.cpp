// What readers do: one write command each, by turns, at the moment that the schedule says.
#include "loadtest/engine/readers.hpp"
#include "loadtest/wire/outbound.hpp"

namespace voxpop::load {

bool Readers::command(Command command, std::int64_t intended_ns) {
    const auto slot = pick(command == Command::moderate);
    if (!slot) return false;
    switch (command) {
        case Command::vote:
            if (plan_.polls.empty()) return false;
            vote(*slot, intended_ns);
            return true;
        case Command::comment:
            comment(*slot, intended_ns);
            return true;
        case Command::save:
            save(*slot, intended_ns);
            return true;
        case Command::moderate:
            return moderate(*slot, intended_ns);
        case Command::raw:
            return false;
    }
    return false;
}

std::optional<Slot> Readers::pick(bool moderator) {
    // By turns rather than at random: every voter gets the same share, and none meets its rate
    // limit early.
    Slot& next = moderator ? next_moderator_ : next_reader_;
    for (std::size_t tries = 0; tries < readers_.size(); ++tries) {
        const Slot slot = next;
        next = static_cast<Slot>((next + 1) % readers_.size());
        const Reader& reader = readers_[slot];
        // A slow reader would not read its answer.
        if (reader.ready && !reader.slow && group(slot).moderators == moderator) return slot;
    }
    return std::nullopt;
}

void Readers::call(
    Slot slot, Pending pending, std::string_view method, std::string_view data, entry::Sent sent
) {
    const auto id = remember(slot, pending);
    sent.voter = voter(slot);
    sent.command = id;
    sent.at_ms = run_ms(readers_[slot].pending.back().sent_ns);
    journal_.write(sent);
    board_.add(Counter::sent);
    line_.clear();
    append_rpc(line_, id, method, data);
    transport_->send(slot, line_);
}

void Readers::vote(Slot slot, std::int64_t intended_ns) {
    const PollPlan& poll = plan_.polls[group(slot).poll];
    const auto place =
        std::uniform_int_distribution<std::size_t>(0, poll.options.size() - 1)(random_);
    const std::string& option = poll.options[place];
    readers_[slot].has_voted = true;
    call(
        slot, {.asked = Asked::vote, .intended_ns = intended_ns}, "poll.vote",
        vote_data(poll.id, option, {}),
        {.action = entry::Action::vote, .subject = poll.id, .choice = option}
    );
}

void Readers::comment(Slot slot, std::int64_t intended_ns) {
    const std::string& thread = plan_.threads[group(slot).thread].id;
    const auto text = stamped_text({plan_.run, serial_++, intended_ns});
    // The run, the voter and the command together are never used twice.
    const auto key = text.substr(0, text.find(' ')) + '-' + std::to_string(voter(slot));
    call(
        slot, {.asked = Asked::comment, .intended_ns = intended_ns}, "comment.post",
        comment_data(thread, text, key),
        {.action = entry::Action::comment, .subject = thread, .choice = {}}
    );
}

void Readers::save(Slot slot, std::int64_t intended_ns) {
    const std::string& thread = plan_.threads[group(slot).thread].id;
    const bool on = !readers_[slot].saved;
    readers_[slot].saved = on;
    call(
        slot, {.asked = Asked::save, .intended_ns = intended_ns}, "save.set", save_data(thread, on),
        {.action = entry::Action::save, .subject = thread, .choice = on ? "on" : ""}
    );
}

bool Readers::moderate(Slot slot, std::int64_t intended_ns) {
    const bool restore = !hidden_.empty() && (hideable_.empty() || random_() % 2 == 0);
    auto& from = restore ? hidden_ : hideable_;
    if (from.empty()) return false;
    const std::string id = std::move(from.back());
    from.pop_back();
    if (!restore) hidden_.push_back(id);
    call(
        slot, {.asked = Asked::moderate, .intended_ns = intended_ns}, "mod.decide",
        decide_data(id, restore ? "restore" : "hide", "load test"),
        {.action = restore ? entry::Action::restore : entry::Action::hide,
         .subject = id,
         .choice = {}}
    );
    return true;
}

}  // namespace voxpop::load
