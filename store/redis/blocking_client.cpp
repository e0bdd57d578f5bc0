#include "store/redis/blocking_client.hpp"

#include <expected>
#include <utility>

#include "store/redis/library.hpp"

namespace voxpop::store::redis {

BlockingClient::BlockingClient(ClientOptions options)
    : client_(make_client(io_, std::move(options))) {}

void BlockingClient::connect(std::chrono::milliseconds patience) {
    client_->start(*this);
    run_until([this] { return up_ || !ok(); }, patience);
    if (!up_) fail("Redis cannot be reached: " + why_not_up_);
}

bool BlockingClient::run_until(
    const std::function<bool()>& done, std::chrono::milliseconds patience
) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!done()) {
        if (io_.run_one_until(deadline) == 0) break;  // the time is over
    }
    return done();
}

Reply BlockingClient::ask(std::string_view key, Command command) {
    std::vector<Question> one;
    one.push_back({std::string(key), std::move(command)});
    return std::move(ask_all(std::move(one)).front());
}

std::vector<Reply> BlockingClient::ask_all(std::vector<Question> questions) {
    std::vector<Reply> replies(questions.size());
    if (!ok()) return replies;
    std::size_t open = questions.size();
    for (std::size_t i = 0; i < questions.size(); ++i) {
        auto& [key, command] = questions[i];
        client_->call(key, std::move(command), [&, i](CallResult answer) {
            --open;
            if (!answer.ok()) return fail(answer.why);
            replies[i] = std::move(answer.reply);
        });
    }
    while (open > 0) io_.run_one();  // the client's own time-outs end every call
    return replies;
}

void BlockingClient::on_connected(std::shared_ptr<NewConnection> connection) {
    const auto& made = connection;
    made->call(
        Command("FCALL_RO").arg(function_name("vp_version")).arg(0),
        [this, connection](const CallResult& result) {
            if (result.ok()) return connection->ready({});
            if (result.status == CallStatus::unknown)
                return connection->ready(std::unexpected(result.why));
            look_for_others(connection);
        }
    );
}

// Nodes of another version may keep things differently.
void BlockingClient::look_for_others(const std::shared_ptr<NewConnection>& connection) {
    connection->call(
        Command("FUNCTION").arg("LIST").arg("LIBRARYNAME").arg(kAnyLibrary),
        [this, connection](const CallResult& result) {
            if (result.ok() && result.view().size() == 0) return load(connection);
            const auto why =
                result.ok() ? "the nodes run another version; use their program" : result.why;
            if (result.ok()) fail(why);
            connection->ready(std::unexpected(why));
        }
    );
}

void BlockingClient::load(const std::shared_ptr<NewConnection>& connection) {
    connection->call(
        Command("FUNCTION").arg("LOAD").arg(library_text()),
        [this, connection](const CallResult& result) {
            if (result.ok()) return connection->ready({});
            if (result.status == CallStatus::refused)
                fail("Redis does not take the functions: " + result.why);
            connection->ready(std::unexpected(result.why));
        }
    );
}

void BlockingClient::on_health(const Health& health) {
    up_ = health.missing == 0;
    if (!up_) why_not_up_ = health.why;
}

void BlockingClient::fail(std::string why) {
    if (ok()) failure_ = std::move(why);
}

}  // namespace voxpop::store::redis
