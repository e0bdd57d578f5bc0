#include "store/redis/client/session.hpp"

#include <charconv>
#include <memory>
#include <utility>

#include "store/redis/client/info.hpp"
#include "store/redis/client/login.hpp"

namespace voxpop::store::redis {
namespace {

constexpr int kMajorVersionMin = 7;  // functions, sharded channels, INFO of several sections

template <class Number>
Number number(std::string_view digits) {
    Number value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

// What has gone wrong with one of the commands, or nothing.
std::string trouble(const Outcome& outcome, std::string_view command) {
    if (outcome.kind != Outcome::Kind::answered) return outcome.why;
    if (!outcome.reply.view().error()) return {};
    const auto why = outcome.reply.view().text();
    if (is_login_error(why)) return std::string(kLoginRefused) + std::string(why);
    return std::string(command) + " was refused: " + std::string(why);
}

}  // namespace

std::expected<ServerIdentity, std::string> read_info(std::string_view info) {
    const auto version = info_field(info, "redis_version");
    if (number<int>(version) < kMajorVersionMin)
        return std::unexpected(
            "Redis 7.0 or newer is needed; this is '" + std::string(version) + "'"
        );
    if (const auto role = info_field(info, "role"); role != "master")
        return std::unexpected("it is a " + std::string(role) + ", not a primary");
    if (info_field(info, "loading") != "0") return std::unexpected("it is still loading its data");
    return ServerIdentity{
        .run_id = std::string(info_field(info, "run_id")),
        .replication_id = std::string(info_field(info, "master_replid")),
    };
}

void authenticate(
    Pipeline& pipeline, const std::string& user, const std::string& password, Settle settle
) {
    if (password.empty()) return;
    Command auth("AUTH");
    if (!user.empty()) auth.arg(user);
    auth.arg(password);
    pipeline.send(auth, std::move(settle));
}

void begin_session(
    Pipeline& pipeline, const ClientOptions& options,
    std::move_only_function<void(std::expected<ServerIdentity, std::string>)> done
) {
    // The first trouble is the one to report: what follows a failed AUTH fails for want of it.
    auto first = std::make_shared<std::string>();
    const auto note = [first](const char* command) {
        return [first, command](const Outcome& outcome) {
            if (first->empty()) *first = trouble(outcome, command);
        };
    };
    authenticate(pipeline, options.user, options.password, note("AUTH"));
    if (options.database != 0)
        pipeline.send(Command("SELECT").arg(options.database), note("SELECT"));
    pipeline.send(
        Command("INFO").arg("server").arg("replication").arg("persistence"),
        [first, done = std::move(done)](const Outcome& outcome) mutable {
            if (first->empty()) *first = trouble(outcome, "INFO");
            if (!first->empty()) return done(std::unexpected(*first));
            done(read_info(outcome.reply.view().text()));
        }
    );
}

}  // namespace voxpop::store::redis
