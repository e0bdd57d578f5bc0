#include "store/redis/blocking_client.hpp"

#include <expected>
#include <utility>

#include "store/redis/client/login.hpp"
#include "store/redis/library.hpp"

namespace voxpop::store::redis {

BlockingClient::BlockingClient(const StoreOptions& options, Calls calls)
    : client_(make_client(io_, options.client)),
      calls_(calls),
      patience_(options.start_timeout),
      notice_(io_, options.log, *client_, options.client) {}

void BlockingClient::connect() {
    client_->start(*this);
    notice_.begin();
    run_until([this] { return up_ || !ok(); }, patience_);
    notice_.end();
    if (!up_) fail(notice_.last_words());
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
    if (calls_ == Calls::plain) return connection->ready({});
    const auto& made = connection;
    made->call(
        Command("FCALL_RO").arg(function_name("vp_version")).arg(0),
        [this, connection](const CallResult& result) {
            if (result.ok()) return connection->ready({});
            if (result.status == CallStatus::unknown)
                return connection->ready(std::unexpected(result.why));
            find_out_why(connection);
        }
    );
}

void BlockingClient::find_out_why(const std::shared_ptr<NewConnection>& connection) {
    connection->call(
        Command("FUNCTION").arg("LIST").arg("LIBRARYNAME").arg(kAnyLibrary),
        [this, connection](const CallResult& libraries) {
            if (libraries.status == CallStatus::refused)
                return give_up(connection, "it does not tell its functions: " + libraries.why);
            if (!libraries.ok()) return connection->ready(std::unexpected(libraries.why));
            if (libraries.view().size() > 0)
                return give_up(
                    connection,
                    "only nodes of another version have run on it, which may keep things "
                    "differently: use their program, or start a node of this version first"
                );
            connection->call(Command("DBSIZE"), [this, connection](const CallResult& keys) {
                if (keys.ok() && keys.view().number() == 0)
                    return give_up(connection, std::string(kNothingThere));
                give_up(
                    connection,
                    "it has data, but no functions of any version of Voxpop: if it is the right "
                    "server, start a node of the version that wrote the data, which brings them"
                );
            });
        }
    );
}

void BlockingClient::give_up(const std::shared_ptr<NewConnection>& connection, std::string why) {
    connection->ready(std::unexpected(why));
    fail("Redis at " + connection->server().address + ": " + std::move(why));
}

void BlockingClient::on_health(const Health& health) {
    up_ = health.missing == 0;
    if (up_ || health.missing <= health.connecting) return;
    if (health.why.contains(kLoginRefused)) return fail(notice_.last_words());
    notice_.failed();
}

void BlockingClient::fail(std::string why) {
    if (ok()) failure_ = std::move(why);
}

}  // namespace voxpop::store::redis
