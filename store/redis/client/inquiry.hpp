// Asks one question of several servers, one after the other, until one gives a usable answer: what
// Sentinels and the nodes of a Cluster are asked. A connection for each question: these are rare,
// and whom to ask differs each time.
//
// Thread safety: none. Held by shared_ptr.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "store/redis/client/command.hpp"
#include "store/redis/client/options.hpp"
#include "store/redis/client/pipeline.hpp"

namespace voxpop::store::redis {

class Inquiry : public std::enable_shared_from_this<Inquiry>, private Pipeline::Owner {
  public:
    struct Credentials {
        std::string user;
        std::string password;
    };
    // Looks at an answer and keeps what it wants of it; an error (a sentence) asks the next server.
    using Accept =
        std::function<std::expected<void, std::string>(ReplyView answer, const Endpoint& from)>;
    using Done = std::move_only_function<void(std::expected<void, std::string>)>;

    Inquiry(
        boost::asio::io_context& io, std::shared_ptr<const ClientOptions> options,
        Credentials credentials
    );

    // `done` is called once, later, with the last server's trouble if none had an answer.
    void ask(std::vector<Endpoint> servers, Command question, Accept accept, Done done);
    // Nothing is called any more.
    void cancel();
    [[nodiscard]] bool busy() const { return static_cast<bool>(done_); }

  private:
    void ask_next(const std::string& why_not_the_last);
    void finish(std::expected<void, std::string> outcome);
    void hang_up();
    void on_pipeline_open() override;
    void on_pipeline_closed(const std::string& why) override;
    void judge(const Outcome& outcome);

    boost::asio::io_context& io_;
    const std::shared_ptr<const ClientOptions> options_;
    const Credentials credentials_;
    boost::asio::steady_timer timer_;
    std::shared_ptr<Pipeline> pipeline_;

    std::vector<Endpoint> servers_;
    std::size_t next_ = 0;
    Command question_{""};
    Accept accept_;
    Done done_;
};

}  // namespace voxpop::store::redis
