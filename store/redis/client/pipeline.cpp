#include "store/redis/client/pipeline.hpp"

#include <algorithm>
#include <utility>

namespace voxpop::store::redis {

Pipeline::Pipeline(
    boost::asio::io_context& io, const Endpoint& endpoint, const ClientOptions& options
)
    : command_timeout_(options.command_timeout),
      ping_interval_(options.ping_interval),
      in_flight_calls_max_(options.in_flight_calls_max),
      output_bytes_max_(options.output_bytes_max),
      connection_(std::make_shared<Connection>(io, endpoint, options.reply_bytes_max)),
      timer_(io) {}

void Pipeline::open(Owner& owner) {
    owner_ = &owner;
    connection_->open(*this);
}

void Pipeline::close(const std::string& why) {
    owner_ = nullptr;
    timer_.cancel();
    connection_->close();
    const auto self = shared_from_this();
    in_flight_.lose(connection_->sent_at_most(), why);
}

void Pipeline::fail(const std::string& why) {
    const auto self = shared_from_this();
    Owner* owner = owner_;
    if (owner == nullptr) return;
    close(why);
    owner->on_pipeline_closed(why);
}

const char* Pipeline::refuses(std::size_t bytes) const {
    if (owner_ == nullptr) return "the connection is closed";
    if (in_flight_.size() >= in_flight_calls_max_) return "too many calls wait for an answer";
    if (connection_->waiting_bytes() + bytes > output_bytes_max_)
        return "too many bytes wait to be sent";
    return nullptr;
}

void Pipeline::send(const Command& command, Settle settle) {
    if (const char* why = refuses(command.bytes())) return settle({.why = why});
    if (in_flight_.empty()) progress_ = Clock::now();
    command.append_to(connection_->output());
    in_flight_.push(
        command.replies(), connection_->appended(), command.wait_timeout(), std::move(settle)
    );
    connection_->flush();
}

void Pipeline::on_open() {
    const auto self = shared_from_this();
    progress_ = Clock::now();
    watch();
    owner_->on_pipeline_open();
}

void Pipeline::on_replies(std::span<Reply> replies) {
    const auto self = shared_from_this();
    progress_ = Clock::now();
    for (Reply& reply : replies) {
        if (owner_ == nullptr) return;  // closed by who was told of the one before
        if (owner_->on_push(reply)) continue;
        if (!in_flight_.answer(std::move(reply))) return fail("it answered what nobody asked");
    }
    if (owner_ != nullptr) owner_->on_read_end();
}

void Pipeline::on_closed(const std::string& why) {
    fail(why);
}

// A timer for each call would be moved with every call; a steady look costs nothing, and notices
// silence at most a quarter late.
void Pipeline::watch() {
    timer_.expires_after(std::min(command_timeout_, ping_interval_) / 4);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
        if (!cancelled && self->owner_ != nullptr) self->look();
    });
}

void Pipeline::look() {
    const auto silent = Clock::now() - progress_;
    if (!in_flight_.empty()) {
        if (silent >= command_timeout_ + in_flight_.patience())
            return fail("no answer within " + std::to_string(command_timeout_.count()) + " ms");
    } else if (silent >= ping_interval_) {
        send(Command("PING"), [](const Outcome&) {});
    }
    watch();
}

}  // namespace voxpop::store::redis
