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
    if (fresh) {
        state.wish.moves = wish.moves;
        state.wish.gap = wish.gap || link_->pausing();
        if (state.wish.gap) ++gaps_;
        if (link_->open()) ask(channel, state);
    }
    if (state.standing) return tell(state.wish, true);
    if (link_->pausing()) tell(state.wish, false);
}

Wish Subscriber::remove(const std::string& channel) {
    const auto at = channels_.find(channel);
    if (at == channels_.end()) return {};
    Wish wish = std::move(at->second.wish);
    channels_.erase(at);
    if (wish.gap) one_gap_less();
    if (link_->open()) leave(channel);
    return wish;
}

// A server that takes none of them in time is told anew what is wanted, and knows of no more.
void Subscriber::leave(const std::string& channel) {
    if (leaving_ == options_->channels_leaving_max)
        return link_->drop("it does not follow which channels are wanted");
    ++leaving_;
    due_.push_back({.unsubscribe = true, .channel = channel});
    send_due();
}

void Subscriber::ask(const std::string& channel, Channel& state) {
    state.standing = false;
    state.asked = ++last_asked_;
    due_.push_back({.channel = channel, .number = state.asked});
    send_due();
}

void Subscriber::send_due() {
    while (link_->open() && !due_.empty()) {
        Asked& next = due_.front();
        const auto command =
            Command(next.unsubscribe ? "SUNSUBSCRIBE" : "SSUBSCRIBE").arg(next.channel);
        if (link_->pipeline().refuses(command.bytes()) != nullptr) return;
        if (next.unsubscribe) --leaving_;
        in_flight_.push_back(std::move(next));
        due_.pop_front();
        link_->pipeline().send(command, [this](const Outcome& outcome) {
            if (outcome.kind != Outcome::Kind::answered || in_flight_.empty()) return;
            const Asked asked = std::move(in_flight_.front());
            in_flight_.pop_front();
            if (!asked.unsubscribe) answered(asked, outcome.reply.view());
            send_due();
            if (in_flight_.empty()) all_answered();
        });
    }
}

void Subscriber::answered(const Asked& asked, ReplyView reply) {
    const auto at = channels_.find(asked.channel);
    if (at == channels_.end() || at->second.asked != asked.number)
        return;  // not wanted, or asked again
    if (!reply.error()) return stands(at->second);
    using Kind = ServerError::Kind;
    const auto where = parse_server_error(reply.text(), link_->pipeline().endpoint());
    if (where.kind == Kind::moved && at->second.wish.moves < options_->redirects_max)
        return moved(at, where);
    const std::string why(reply.text());
    if (where.kind == Kind::refused) owner_->on_channel_refused(asked.channel, why);
    link_->drop("cannot subscribe: " + why);
}

void Subscriber::stands(Channel& channel) {
    channel.standing = true;
    channel.wish.moves = 0;
    // What is told may change the channels.
    Wish told{.told = std::exchange(channel.wish.told, {})};
    const bool gap = std::exchange(channel.wish.gap, false);
    tell(told, true);
    if (!gap) return;
    untold_ = true;
    one_gap_less();
}

// The last one tells of those that stand again, also when it goes, and takes its own gap along.
void Subscriber::one_gap_less() {
    if (--gaps_ > 0 || owner_ == nullptr) return;
    if (std::exchange(untold_, false)) owner_->on_gap_over();
}

void Subscriber::moved(Channels::iterator at, const ServerError& where) {
    auto node = channels_.extract(at);
    Wish wish = std::move(node.mapped().wish);
    if (wish.gap) one_gap_less();
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

// A server that refuses a channel would be connected to without a pause, if standing were enough.
void Subscriber::all_answered() {
    if (link_->open()) link_->steady();
}

void Subscriber::on_link_open(ServerIdentity) {
    if (channels_.empty()) return all_answered();
    for (auto& [name, channel] : channels_) ask(name, channel);
}

void Subscriber::on_link_lost(const std::string&, bool) {
    const auto self = shared_from_this();
    due_.clear();
    leaving_ = 0;
    in_flight_.clear();
    messages_.clear();
    std::vector<Wish> waiting;
    for (auto& [name, channel] : channels_) {
        channel.standing = false;
        channel.wish.gap = true;
        waiting.push_back({.told = std::exchange(channel.wish.told, {})});
    }
    gaps_ = channels_.size();
    untold_ = false;
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
    if (!in_flight_.empty() && in_flight_.front().unsubscribe &&
        in_flight_.front().channel == channel)
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
