// The command line: what each flag becomes, and that mistakes leave with 2.
#include "cli/options.hpp"

#include <catch2/catch.hpp>

#include "config/load.hpp"

using namespace voxpop;
using namespace voxpop::cli;
using Catch::Contains;

namespace {

Command run(const std::vector<std::string>& arguments) {
    return parse(arguments, {});
}

template <class Wanted>
Wanted expect(const std::vector<std::string>& arguments) {
    const Command command = run(arguments);
    if (const auto* exit = std::get_if<Exit>(&command)) INFO(exit->text);
    REQUIRE(std::holds_alternative<Wanted>(command));
    return std::get<Wanted>(command);
}

config::Config config_of(const std::vector<std::string>& arguments) {
    const auto config = config::load(expect<Serve>(arguments).sources);
    REQUIRE(config);
    return *config;
}

void check_wrong_usage(const std::vector<std::string>& arguments, const std::string& words) {
    const auto exit = expect<Exit>(arguments);
    CHECK(exit.code == kWrongUsage);
    CHECK_THAT(exit.text, Contains(words));
}

}  // namespace

TEST_CASE("command line: serve's flags are settings", "[cli]") {
    const auto config = config_of(
        {"serve", "--listen", "[::1]:9000", "--data", "/d", "--cores", "2", "--dev", "--log-level",
         "debug", "--set", "limits.tick=50ms", "--set", "site.id=a=b"}
    );
    CHECK(config.listen.address == "::1");
    CHECK(config.listen.port == 9000);
    CHECK(config.store.data_dir == "/d");
    CHECK(config.cores == 2);
    CHECK(config.dev);
    CHECK(config.log_level == base::LogLevel::debug);
    CHECK(config.limits.tick == std::chrono::milliseconds(50));
    CHECK(config.site.id == "a=b");
}

TEST_CASE("command line: without flags serve runs on the defaults", "[cli]") {
    const auto serve = expect<Serve>({"serve"});
    CHECK_FALSE(serve.sources.file);
    CHECK(serve.sources.overrides.empty());
}

TEST_CASE(
    "command line: the store is a URL or a folder, and a folder outdoes a URL elsewhere", "[cli]"
) {
    CHECK(config_of({"serve", "--store", "memory:"}).store.url == "memory:");
    auto sources = expect<Serve>({"serve", "--data", "/d"}).sources;
    sources.environment = {{"VOXPOP_STORE_URL", "memory:"}};
    CHECK(config::load(sources)->store.url.empty());
    check_wrong_usage({"serve", "--data", "/d", "--store", "memory:"}, "excludes");
}

TEST_CASE("command line: the environment and the file's name are handed on", "[cli]") {
    const auto command = parse({"serve", "--config", "f.toml"}, {{"VOXPOP_SERVER_CORES", "1"}});
    const auto& sources = std::get<Serve>(command).sources;
    CHECK(sources.file == "f.toml");
    REQUIRE(sources.environment.size() == 1);
}

TEST_CASE("command line: token takes a user, a role, a name and a time", "[cli]") {
    const auto token = expect<Token>(
        {"token", "--user", "kim", "--role", "moderator", "--ttl", "60", "--name", "김 기자",
         "--data", "/d"}
    );
    CHECK(token.user.view() == "kim");
    CHECK(token.role == domain::Role::moderator);
    CHECK(token.ttl == std::chrono::seconds(60));
    CHECK(token.name == "김 기자");
    CHECK(expect<Token>({"token", "--user", "kim"}).role == domain::Role::reader);
    CHECK(expect<Token>({"token", "--user", "kim"}).ttl == base::limits::kTokenTtlMax);
}

TEST_CASE("command line: verify and config", "[cli]") {
    CHECK(expect<Verify>({"verify", "--data", "/d"}).sources.overrides.size() == 2);
    CHECK(expect<ShowConfig>({"config"}).what == ShowConfig::What::effective);
    CHECK(expect<ShowConfig>({"config", "--sample"}).what == ShowConfig::What::sample);
    CHECK(expect<ShowConfig>({"config", "--reference"}).what == ShowConfig::What::reference);
}

TEST_CASE("command line: help and version leave with 0", "[cli]") {
    const auto help = expect<Exit>({"--help"});
    CHECK(help.code == 0);
    CHECK_THAT(
        help.text, Contains("serve") && Contains("token") && Contains("verify") &&
                       Contains("voxpop serve --dev") && Contains("VOXPOP_LIMITS_TICK")
    );
    const auto serve = expect<Exit>({"serve", "--help"});
    CHECK(serve.code == 0);
    CHECK_THAT(serve.text, Contains("--listen") && Contains("ADDR:PORT") && Contains("--dev"));
    CHECK(expect<Exit>({"--version"}).code == 0);
    CHECK_THAT(
        expect<Exit>({"--version"}).text, Catch::Matches("voxpop [0-9]+\\.[0-9]+\\.[0-9]+\n")
    );
}

TEST_CASE("command line: wrong usage leaves with 2 and says what is wrong", "[cli]") {
    check_wrong_usage({}, "subcommand");
    check_wrong_usage({"sevre"}, "unknown command 'sevre'; did you mean 'serve'?");
    check_wrong_usage(
        {"serve", "--lisen", "x"}, "unknown flag '--lisen'; did you mean '--listen'?"
    );
    check_wrong_usage({"token", "--usr=kim", "--user", "a"}, "did you mean '--user'?");
    check_wrong_usage({"serve", "extra"}, "extra");
    check_wrong_usage({"serve", "--listen"}, "--listen");
    check_wrong_usage({"token"}, "--user");
    check_wrong_usage({"token", "--user", "a b"}, "--user");
    check_wrong_usage({"token", "--user", "kim", "--role", "guest"}, "--role");
    check_wrong_usage({"token", "--user", "kim", "--role", "king"}, "not 'king'");
    check_wrong_usage({"token", "--user", "kim", "--ttl", "0"}, "--ttl");
    check_wrong_usage({"token", "--user", "kim", "--ttl", "soon"}, "--ttl");
    check_wrong_usage({"config", "--sample", "--reference"}, "excludes");
}
