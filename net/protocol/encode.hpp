// Replies and pushes for one client, appended as one line to a buffer that is reused. What goes to
// many clients is encoded once by its publisher and never comes through here. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/backend.hpp"
#include "net/channel.hpp"
#include "net/close_codes.hpp"

namespace voxpop::net::protocol {

struct ConnectReply {
    std::string_view client;
    std::string_view node;
    std::string_view version;
    std::int64_t ping_seconds = 0;
    std::optional<std::chrono::seconds> ttl;
    std::string_view data;  // raw JSON; empty: none
};

struct RefreshReply {
    std::string_view client;
    std::string_view version;
    std::optional<std::chrono::seconds> ttl;
};

struct SubscribeReply {
    std::optional<ChannelNumber> number;       // for clients that accept it
    const StreamPosition* position = nullptr;  // streams only
    bool was_recovering = false;
    bool recovered = false;
    std::span<const PublicationPtr> publications;  // oldest first
    std::string_view data;                         // raw JSON; empty: none
};

struct HistoryReply {
    const StreamPosition& position;
    std::span<const PublicationPtr> publications;
};

void append_error(std::string& out, std::uint32_t id, const base::Error& error);
void append_connect(std::string& out, std::uint32_t id, const ConnectReply& reply);
void append_refresh(std::string& out, std::uint32_t id, const RefreshReply& reply);
void append_subscribe(std::string& out, std::uint32_t id, const SubscribeReply& reply);
void append_unsubscribe(std::string& out, std::uint32_t id);
// `data` is raw JSON, empty for none.
void append_rpc(std::string& out, std::uint32_t id, std::string_view data);
void append_presence_stats(std::string& out, std::uint32_t id, const PresenceStats& stats);
void append_history(std::string& out, std::uint32_t id, const HistoryReply& reply);

// Tells a client that its subscription has ended, or from 2500 on, has to start again.
void append_unsubscribe_push(std::string& out, std::string_view channel, const CloseCode& why);

}  // namespace voxpop::net::protocol
