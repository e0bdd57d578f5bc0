#include "store/redis/client/subscriber.hpp"

#include <utility>

namespace voxpop::store::redis {
namespace {

void tell(Wish& wish, bool stands) {
    for (auto& told : std::exchange(wish.told, {})) told(stands);
}

}  // namespace

Subscriber::Subscriber(std::shared_ptr<Link> link, std::shared_ptr<const ClientOptions> options)
    : link_(std::move(link)), options_(std::move(options)) {}

void Subscriber::start(Owner& owner) {
    owner_ = &owner;
    link_->start(*this);
}

void Subscriber::stop(const std::string& why) {
    owner_ = nullptr;
    link_->stop(why);
    for (auto& [name, channel] : std::exchange(channels_, {})) tell(channel.wish, false);
}

void Subscriber::add(const std::string& channel, Wish wish) {
    const auto [at, fresh] = channels_.try_emplace(channel);
    Channel& state = at->second;
    for (auto& told : wish.told) state.wish.told.push_back(std::move(told));
    if (!fresh) {
        if (state.standing) tell(state.wish, true);
        return;
    }
    state.wish.moves = wish.moves;
    state.wish.gap = wish.gap || !link_->open();
    if (state.wish.gap) ++gaps_;
    if (link_->open())
        ask(channel, state);
    else
        tell(state.wish, false);
}

Wish Subscriber::remove(const std::string& channel) {
    const auto at = channels_.find(channel);
    if (at == channels_.end()) return {};
    Wish wish = std::move(at->second.wish);
    channels_.erase(at);
    if (wish.gap) --gaps_;
    if (link_->open())
        send(Command("SUNSUBSCRIBE").arg(channel), {.unsubscribe = true, .channel = channel}, {});
    return wish;
}

void Subscriber::ask(const std::string& channel, Channel& state) {
    state.standing = false;
    state.asked = ++last_asked_;
    send(
        Command("SSUBSCRIBE").arg(channel), {.unsubscribe = false, .channel = channel},
        [this, channel, asked = state.asked](ReplyView reply) { answered(channel, asked, reply); }
    );
}

void Subscriber::send(
    const Command& command, Asked asked, std::move_only_function<void(ReplyView)> then
) {
    if (const char* why = link_->pipeline().refuses(command.bytes())) return link_->drop(why);
    asked_.push_back(std::move(asked));
    link_->pipeline().send(command, [this, then = std::move(then)](const Outcome& outcome) mutable {
        if (outcome.kind != Outcome::Kind::answered) return;  // on_link_lost() follows
        if (!asked_.empty()) asked_.pop_front();
        if (then) then(outcome.reply.view());
    });
}

void Subscriber::answered(const std::string& channel, std::uint64_t asked, ReplyView reply) {
    const auto at = channels_.find(channel);
    if (at == channels_.end() || at->second.asked != asked) return;  // not wanted, or asked again
    if (!reply.error()) return stands(at->second);
    const auto where = parse_server_error(reply.text(), link_->pipeline().endpoint());
    if (where.kind == ServerError::Kind::moved && at->second.wish.moves < options_->redirects_max)
        return moved(at, where);
    link_->drop("cannot subscribe: " + std::string(reply.text()));
}

void Subscriber::stands(Channel& channel) {
    channel.standing = true;
    channel.wish.moves = 0;
    // What is told may change the channels.
    Wish told{.told = std::exchange(channel.wish.told, {})};
    const bool gap = std::exchange(channel.wish.gap, false);
    tell(told, true);
    if (gap && --gaps_ == 0 && owner_ != nullptr) owner_->on_gap_over();
}

void Subscriber::moved(Channels::iterator at, const ServerError& where) {
    auto node = channels_.extract(at);
    Wish wish = std::move(node.mapped().wish);
    if (wish.gap) --gaps_;
    ++wish.moves;
    owner_->on_channel_moved(node.key(), std::move(wish), where);
}

// The server has ended a subscription: the slot is leaving it. Asking again brings either the
// subscription back or the place to go.
void Subscriber::dropped(const std::string& channel) {
    const auto at = channels_.find(channel);
    if (at == channels_.end() || !at->second.standing) return;
    if (!std::exchange(at->second.wish.gap, true)) ++gaps_;
    ask(channel, at->second);
}

void Subscriber::on_link_open(ServerIdentity) {
    link_->steady();
    asked_.clear();
    for (auto& [name, channel] : channels_) {
        ask(name, channel);
        if (!link_->open()) return;  // more channels than may be in flight
    }
}

void Subscriber::on_link_lost(const std::string&, bool) {
    const auto self = shared_from_this();
    asked_.clear();
    messages_.clear();
    std::vector<Wish> waiting;
    for (auto& [name, channel] : channels_) {
        channel.standing = false;
        channel.wish.gap = true;
        waiting.push_back({.told = std::exchange(channel.wish.told, {})});
    }
    gaps_ = channels_.size();
    for (Wish& wish : waiting) tell(wish, false);
}

bool Subscriber::on_link_push(Reply& reply) {
    const ReplyView view = reply.view();
    if (view.size() != 3) return false;
    const auto kind = view[0].text();
    if (kind == "smessage") {
        messages_.push_back(std::move(reply));
        return true;
    }
    if (kind != "sunsubscribe") return false;
    const auto channel = view[1].text();
    if (!asked_.empty() && asked_.front().unsubscribe && asked_.front().channel == channel)
        return false;
    dropped(std::string(channel));
    return true;
}

void Subscriber::on_link_read_end() {
    if (messages_.empty()) return;
    for (const Reply& message : messages_)
        views_.push_back({.channel = message.view()[1].text(), .payload = message.view()[2].text()}
        );
    const auto kept = std::exchange(messages_, {});
    const auto views = std::exchange(views_, {});
    owner_->on_messages(views);
}

}  // namespace voxpop::store::redis
