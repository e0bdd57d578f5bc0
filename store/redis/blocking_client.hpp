// Redis for a tool that does one thing after the other: each question waits for its answer.
//
// The first question that is not answered is the last one: from then on every answer is empty, and
// failure() says why. So a tool asks along, and looks once at the end.
//
// It writes nothing by itself: a server without the functions of this version is not the one that
// was meant, or not yet one to work with, and whoever calls is told which.
//
// Thread safety: none; it runs its own loop on the caller's thread, inside its functions.
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/redis/client/client.hpp"
#include "store/redis/start_notice.hpp"
#include "store/redis/store_options.hpp"

namespace voxpop::store::redis {

// What to tell of a Redis where no node has been.
inline constexpr std::string_view kNothingThere =
    "there is nothing of Voxpop in it: give the address and the database that the nodes use "
    "(--store); the first node makes what is needed";

class BlockingClient final : private ClientEvents {
  public:
    // What the tool calls: with `plain` it needs no functions.
    enum class Calls : std::uint8_t { functions, plain };
    explicit BlockingClient(const StoreOptions& options, Calls calls = Calls::functions);
    ~BlockingClient() override { client_->stop(); }
    BlockingClient(const BlockingClient&) = delete;
    BlockingClient& operator=(const BlockingClient&) = delete;

    // Waits until every shard is there and has the functions that are needed, for as long as a node
    // would; the log says meanwhile what is waited for. A refused login is not waited for.
    void connect();
    [[nodiscard]] Reply ask(std::string_view key, Command command);
    // Many at once. The replies in the order of the questions; what they are worth, ok() says.
    struct Question {
        std::string key;
        Command command;
    };
    [[nodiscard]] std::vector<Reply> ask_all(std::vector<Question> questions);
    // Runs the loop until `done()`, or until the time is over; answers `done()`.
    bool run_until(const std::function<bool()>& done, std::chrono::milliseconds patience);

    // As if a question had not been answered: whoever asks has found that it cannot go on. The
    // first reason stays.
    void fail(std::string why);

    [[nodiscard]] bool ok() const { return failure_.empty(); }
    [[nodiscard]] const std::string& failure() const { return failure_; }

    [[nodiscard]] boost::asio::io_context& io() { return io_; }
    [[nodiscard]] Client& client() { return *client_; }

  private:
    void on_connected(std::shared_ptr<NewConnection> connection) override;
    void on_lost(const std::string& /*shard*/, const std::string& /*why*/) override {}
    void on_ready(const std::string& /*shard*/) override {}
    void on_health(const Health& health) override;
    void on_messages(std::span<const Message> /*messages*/) override {}
    void on_messages_interrupted() override {}

    void find_out_why(const std::shared_ptr<NewConnection>& connection);
    void give_up(const std::shared_ptr<NewConnection>& connection, std::string why);

    boost::asio::io_context io_{1};
    std::unique_ptr<Client> client_;
    const Calls calls_;
    const std::chrono::milliseconds patience_;
    StartNotice notice_;
    bool up_ = false;
    std::string failure_;
};

}  // namespace voxpop::store::redis
