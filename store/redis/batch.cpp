#include "store/redis/batch.hpp"

#include <algorithm>
#include <utility>

#include "domain/timed.hpp"
#include "store/redis/bounds.hpp"

namespace voxpop::store::redis {
namespace {

using namespace domain;

void put_key(Packer& pack, const Idempotency& idempotency) {
    pack.text8(idempotency.key.view());
    if (!idempotency.given()) return;
    pack.text8(idempotency.user.view()).u64(idempotency.fingerprint);
}

std::string encode_append(const Append& command) {
    const CommentChange& change = command.change;
    const Comment& after = change.after;
    std::string out;
    Packer pack(out);
    pack.raw(after.id.str()).raw(after.root.str()).u8(after.parent.empty() ? 1 : 0);
    pack.u32(change.version_before).u32(after.version).u8(static_cast<std::uint8_t>(after.state));
    pack.f64(static_cast<double>(base::to_millis(after.created))).u8(change.is_public ? 1 : 0);
    pack.u8(static_cast<std::uint8_t>(change.visible_delta + 1));
    pack.f64(static_cast<double>(base::to_millis(change.at)));
    pack.text32(encode_body(after)).text32(encode(event_of(change)));
    put_key(pack, command.idempotency);
    return out;
}

std::string encode_recall(const Recall& command) {
    std::string out;
    Packer pack(out);
    put_key(pack, command.idempotency);
    pack.f64(static_cast<double>(base::to_millis(command.at)));
    return out;
}

std::string encode_put(const PutThread& put) {
    std::string out;
    Packer(out).u32(put.version_before).text32(encode_body(put.thread));
    return out;
}

std::string encode_put(const PutPoll& put) {
    std::string out;
    Packer(out).text8(put.poll.id.view()).u32(put.version_before).text32(encode(put.poll));
    return out;
}

std::string run_header(const BoxId& box, std::size_t votes) {
    const auto rules = box.kind == BoxKind::poll ? BoxRules{} : implicit_rules(box.kind);
    std::string out;
    Packer pack(out);
    pack.text8(box.str());
    put_box(pack, box);
    pack.u8(rules.options).u8(rules.min).u8(rules.max).u8(static_cast<std::uint8_t>(rules.policy));
    pack.u16(static_cast<std::uint16_t>(votes));
    return out;
}

}  // namespace

bool Batch::full() const {
    return items_.size() >= bounds::kCallCommandsMax || bytes_ >= bounds::kCallBytesMax;
}

void Batch::add(Write&& write) {
    if (const auto* vote = std::get_if<Choose>(&write.command))
        return add_vote(write.ticket, *vote);
    Item item{.ticket = write.ticket};
    item.command = std::make_unique<domain::Command>(std::move(write.command));
    const auto number = items_.size();
    if (const auto* append = std::get_if<Append>(item.command.get())) {
        appends_ = true;
        if (append->change.version_before == 0)
            new_comments_.push_back({number, append->change.after.id});
        auto bytes = encode_append(*append);
        add_single(Kind::append, std::move(item), std::move(bytes));
    } else if (const auto* recall = std::get_if<Recall>(item.command.get())) {
        auto bytes = encode_recall(*recall);
        add_single(Kind::recall, std::move(item), std::move(bytes));
    } else if (const auto* thread = std::get_if<PutThread>(item.command.get())) {
        auto bytes = encode_put(*thread);
        add_single(Kind::put_thread, std::move(item), std::move(bytes));
    } else if (const auto* poll = std::get_if<PutPoll>(item.command.get())) {
        polls_.push_back(
            {number, poll->poll.id, poll->version_before + 1, is_moved_by_time(poll->poll)}
        );
        auto bytes = encode_put(*poll);
        add_single(Kind::put_poll, std::move(item), std::move(bytes));
    }
}

void Batch::add_counts(
    const std::shared_ptr<Counting>& counting, const AddCounts& command, const CounterDelta& delta
) {
    static_assert(kCounterKinds == 3, "vp_write takes a number for each kind");
    std::string bytes;
    Packer pack(bytes);
    pack.text8(command.node_epoch).u64(command.batch);
    for (const auto by : delta.by) pack.u64(by);
    add_single(Kind::add_counts, {.counting = counting}, std::move(bytes));
}

void Batch::add_vote(const Ticket& ticket, const Choose& vote) {
    Section& run = run_for(vote.box);
    const auto before = run.bytes.size();
    Packer pack(run.bytes);
    pack.u64(vote.options.bits()).f64(static_cast<double>(base::to_millis(vote.at)));
    pack.text8(vote.voter.view());
    put_key(pack, vote.idempotency);
    bytes_ += run.bytes.size() - before;
    run.items.push_back(static_cast<std::uint32_t>(items_.size()));
    items_.push_back({.ticket = ticket, .wanted = vote.options});
}

Batch::Section& Batch::run_for(const BoxId& box) {
    const auto is_of = [&](std::size_t at) { return sections_[at].box == box; };
    if (last_run_ >= group_begin_ && last_run_ < sections_.size() && is_of(last_run_))
        return sections_[last_run_];
    for (auto at = group_begin_; at < sections_.size(); ++at) {
        if (!is_of(at)) continue;
        last_run_ = at;
        return sections_[at];
    }
    last_run_ = sections_.size();
    sections_.push_back({.kind = Kind::choose, .box = box});
    return sections_.back();
}

void Batch::add_single(Kind kind, Item item, std::string bytes) {
    bytes_ += bytes.size();
    const auto number = static_cast<std::uint32_t>(items_.size());
    items_.push_back(std::move(item));
    sections_.push_back({.kind = kind, .bytes = std::move(bytes), .items = {number}});
    group_begin_ = sections_.size();
}

bool Batch::only_counts() const {
    return std::ranges::all_of(sections_, [](const Section& section) {
        return section.kind == Kind::add_counts;
    });
}

void Batch::refuse(std::size_t item, base::Error error) {
    items_[item].refused = std::move(error);
}

std::string Batch::encode() const {
    std::string out;
    out.reserve(bytes_ + sections_.size() * 256);
    Packer pack(out);
    for (const auto& section : sections_) {
        if (items_[section.items.front()].refused) continue;
        pack.u8(static_cast<std::uint8_t>(section.kind));
        if (section.kind == Kind::choose) pack.raw(run_header(section.box, section.items.size()));
        pack.raw(section.bytes);
    }
    return out;
}

}  // namespace voxpop::store::redis
