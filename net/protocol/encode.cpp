#include "net/protocol/encode.hpp"

#include <algorithm>

#include "base/json_writer.hpp"

namespace voxpop::net::protocol {
namespace {

// Writes the fields of one object: each brings its own comma.
class Fields {
  public:
    explicit Fields(std::string& out) : out_(out) { out_ += '{'; }
    ~Fields() { out_ += '}'; }
    Fields(const Fields&) = delete;
    Fields& operator=(const Fields&) = delete;

    Fields& raw(std::string_view name, std::string_view json) {
        key(name).append(json);
        return *this;
    }
    Fields& text(std::string_view name, std::string_view value) {
        base::append_json_string(key(name), value);
        return *this;
    }
    Fields& number(std::string_view name, std::uint64_t value) {
        key(name).append(std::to_string(value));
        return *this;
    }
    // Where the value of `name` is to be appended.
    std::string& key(std::string_view name) {
        if (!first_) out_ += ',';
        first_ = false;
        return out_.append(1, '"').append(name).append("\":");
    }

  private:
    std::string& out_;
    bool first_ = true;
};

// A token may be taken a little after its time, on account of clocks that differ: then a new one is
// due at once.
void append_ttl(Fields& fields, const std::optional<std::chrono::seconds>& ttl) {
    if (!ttl) return;
    const auto seconds = std::max<std::chrono::seconds::rep>(ttl->count(), 1);
    fields.raw("expires", "true").number("ttl", static_cast<std::uint64_t>(seconds));
}

void append_publications(Fields& fields, std::span<const PublicationPtr> publications) {
    std::string& out = fields.key("publications");
    out += '[';
    for (const auto& publication : publications) {
        if (out.back() != '[') out += ',';
        out += publication->json;
    }
    out += ']';
}

}  // namespace

void append_error(std::string& out, std::uint32_t id, const base::Error& error) {
    Fields reply(out);
    reply.number("id", id);
    Fields fields(reply.key("error"));
    fields.number("code", static_cast<std::uint64_t>(error.code))
        .text("message", error.public_message());
    if (error.temporary()) fields.raw("temporary", "true");
}

void append_connect(std::string& out, std::uint32_t id, const ConnectReply& connect) {
    Fields reply(out);
    reply.number("id", id);
    Fields fields(reply.key("connect"));
    fields.text("client", connect.client).text("version", connect.version);
    append_ttl(fields, connect.ttl);
    if (!connect.data.empty()) fields.raw("data", connect.data);
    if (connect.ping_seconds > 0) {
        fields.number("ping", static_cast<std::uint64_t>(connect.ping_seconds)).raw("pong", "true");
    }
    if (!connect.node.empty()) fields.text("node", connect.node);
}

void append_refresh(std::string& out, std::uint32_t id, const RefreshReply& refresh) {
    Fields reply(out);
    reply.number("id", id);
    Fields fields(reply.key("refresh"));
    fields.text("client", refresh.client).text("version", refresh.version);
    append_ttl(fields, refresh.ttl);
}

void append_subscribe(std::string& out, std::uint32_t id, const SubscribeReply& subscribe) {
    Fields reply(out);
    reply.number("id", id);
    Fields fields(reply.key("subscribe"));
    if (subscribe.position != nullptr) {
        fields.raw("recoverable", "true").raw("positioned", "true");
        fields.text("epoch", subscribe.position->epoch);
        if (subscribe.position->offset != 0) fields.number("offset", subscribe.position->offset);
    }
    if (subscribe.was_recovering) fields.raw("was_recovering", "true");
    if (subscribe.recovered) fields.raw("recovered", "true");
    if (!subscribe.publications.empty()) append_publications(fields, subscribe.publications);
    if (!subscribe.data.empty()) fields.raw("data", subscribe.data);
    if (subscribe.number) fields.number("id", *subscribe.number);
}

void append_unsubscribe(std::string& out, std::uint32_t id) {
    out.append(R"({"id":)").append(std::to_string(id)).append(R"(,"unsubscribe":{}})");
}

void append_rpc(std::string& out, std::uint32_t id, std::string_view data) {
    out.append(R"({"id":)").append(std::to_string(id)).append(R"(,"rpc":{)");
    if (!data.empty()) out.append(R"("data":)").append(data);
    out.append("}}");
}

void append_presence_stats(std::string& out, std::uint32_t id, const PresenceStats& stats) {
    Fields reply(out);
    reply.number("id", id);
    Fields(reply.key("presence_stats"))
        .number("num_clients", stats.clients)
        .number("num_users", stats.users);
}

void append_history(std::string& out, std::uint32_t id, const HistoryReply& history) {
    Fields reply(out);
    reply.number("id", id);
    Fields fields(reply.key("history"));
    append_publications(fields, history.publications);
    fields.text("epoch", history.position.epoch).number("offset", history.position.offset);
}

void append_unsubscribe_push(std::string& out, std::string_view channel, const CloseCode& why) {
    Fields line(out);
    Fields push(line.key("push"));
    push.text("channel", channel);
    Fields(push.key("unsubscribe")).number("code", why.code).text("reason", why.reason);
}

}  // namespace voxpop::net::protocol
