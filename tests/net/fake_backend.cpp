#include "fake_backend.hpp"

namespace voxpop::net {

bool FakeBackend::origin_allowed(std::string_view origin) {
    return origin != origin_refused;
}

base::Result<Welcome> FakeBackend::connect(const Peer&, const ConnectRequest& request) {
    connected_with.emplace_back(request.token);
    const auto error = connect_errors.find(std::string(request.token));
    if (error != connect_errors.end()) return base::fail(error->second);
    Welcome welcome{.ttl = ttl};
    const auto user = request.token.empty() ? "guest" : request.token;
    welcome.identity.user = base::UserId::from(user).value_or(base::UserId());
    return welcome;
}

base::Result<Welcome> FakeBackend::refresh(const Caller& caller, std::string_view token) {
    const auto error = connect_errors.find(std::string(token));
    if (error != connect_errors.end()) return base::fail(error->second);
    Welcome welcome{.identity = caller.identity, .data = {}, .ttl = ttl};
    welcome.identity.role = role_from_now_on.value_or(caller.identity.role);
    return welcome;
}

base::Result<void> FakeBackend::take_command(SessionId) {
    if (!commands_left) return {};
    if (*commands_left == 0) return base::fail(base::ErrorCode::too_many_requests);
    --*commands_left;
    return {};
}

void FakeBackend::subscribe(const Caller&, const SubscribeRequest& request, Then<Admission> then) {
    const auto error = subscribe_errors.find(std::string(request.channel));
    if (error != subscribe_errors.end()) return then(base::fail(error->second));
    if (hold_subscribes) return subscribes.push_back(std::move(then));
    then(admission);
}

void FakeBackend::history(
    std::string_view channel, std::uint64_t since, std::size_t limit, Then<ChannelHistory> then
) {
    reads.push_back({std::string(channel), since, limit, std::move(then)});
}

void FakeBackend::presence_stats(const Caller&, std::string_view, Then<PresenceStats> then) {
    then(PresenceStats{.clients = 3, .users = 2});
}

std::optional<CallOrder> FakeBackend::call_order(std::string_view method) {
    if (method.starts_with("write.")) return CallOrder::write;
    if (method.starts_with("read.")) return CallOrder::barrier;
    return std::nullopt;
}

void FakeBackend::call(
    const Caller&, std::string_view method, std::string_view data, ReplyTo reply_to
) {
    if (on_call) return on_call(method, data, reply_to);
    calls.push_back({std::string(method), std::string(data), reply_to});
}

void FakeBackend::viewers_changed(std::string_view channel, std::uint64_t count) {
    viewers.emplace_back(channel, count);
}

void FakeBackend::unwatched(ChannelNumber number) {
    unwatched_channels.push_back(number);
}

void FakeBackend::disconnected(SessionId session, const domain::Identity&) {
    gone.push_back(session);
}

PublicationPtr publication(std::uint64_t offset) {
    const std::string number = std::to_string(offset);
    return std::make_shared<const Publication>(
        Publication{offset, R"({"data":)" + number + R"(,"offset":)" + number + "}"}
    );
}

std::vector<PublicationPtr> publications(std::uint64_t first, std::uint64_t last) {
    std::vector<PublicationPtr> out;
    for (auto offset = first; offset <= last; ++offset) out.push_back(publication(offset));
    return out;
}

ChannelState stream_channel(
    std::string name, ChannelNumber number, std::uint64_t top, std::size_t kept
) {
    ChannelState state{.name = std::move(name), .number = number};
    state.position = {"e1", top};
    state.history = publications(top - kept + 1, top);
    return state;
}

ChannelState latest_channel(std::string name, ChannelNumber number) {
    ChannelState state{.name = std::move(name), .number = number, .kind = ChannelKind::latest};
    state.snapshot = R"({"v":0})";
    return state;
}

namespace {

void encode(ChannelUpdate& update, const ChannelState& channel, const std::string& json) {
    update.number = channel.number;
    update.by_number = make_text_frame(
        R"({"push":{"id":)" + std::to_string(channel.number) + R"(,"pub":)" + json + "}}"
    );
    update.by_name =
        make_text_frame(R"({"push":{"channel":")" + channel.name + R"(","pub":)" + json + "}}");
}

}  // namespace

ChannelUpdate stream_update(const ChannelState& channel, std::uint64_t offset) {
    ChannelUpdate update{.publications = {publication(offset)}};
    encode(update, channel, update.publications.front()->json);
    return update;
}

ChannelUpdate value_update(const ChannelState& channel, std::string_view data) {
    ChannelUpdate update{.snapshot = std::string(data)};
    encode(update, channel, R"({"data":)" + std::string(data) + "}");
    return update;
}

}  // namespace voxpop::net
