// Loading: what overlays what, and what every mistake is called.
#include "config/load.hpp"

#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <fstream>

#include "support/temporary_folder.hpp"

using namespace voxpop;
using namespace voxpop::config;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

using test::TemporaryFolder;

std::string problems_of(const Sources& sources) {
    const auto config = load(sources);
    return config ? "" : to_string(config.error());
}

// What load() says to a file of this text.
std::string problems_of_file(const std::string& text) {
    const TemporaryFolder folder;
    return problems_of(
        {.file = folder.write("voxpop.toml", text), .environment = {}, .overrides = {}}
    );
}

std::string problems_of_variable(const std::string& name, const std::string& value) {
    return problems_of({.file = {}, .environment = {{name, value}}, .overrides = {}});
}

}  // namespace

TEST_CASE("load: without any source the defaults hold", "[config]") {
    const auto config = load({});
    REQUIRE(config);
    CHECK(config->listen.address == "127.0.0.1");
    CHECK(config->listen.port == 8080);
    CHECK(config->limits.tick == 100ms);
    CHECK(config->auth.guests);
    CHECK_FALSE(config->dev);
}

TEST_CASE(
    "load: the file overlays defaults, the environment the file, flags everything", "[config]"
) {
    const TemporaryFolder folder;
    const auto file = folder.write("voxpop.toml", R"(
        [server]
        listen = "10.0.0.1:1"
        cores = 1
        log_level = "warn"
        [limits]
        tick = "1s"
    )");
    const Sources sources{
        .file = file,
        .environment =
            {{"HOME", "/"}, {"VOXPOP_SERVER_LISTEN", "10.0.0.2:2"}, {"VOXPOP_SERVER_CORES", "2"}},
        .overrides = {{"server.listen", "[::1]:3", "--listen"}}
    };
    const auto config = load(sources);
    REQUIRE(config);
    CHECK(config->listen.address == "::1");
    CHECK(config->listen.port == 3);
    CHECK(config->cores == 2);
    CHECK(config->log_level == base::LogLevel::warn);
    CHECK(config->limits.tick == 1s);
    CHECK(config->limits.ping_interval == 25s);
}

TEST_CASE("load: VOXPOP_CONFIG names the file unless a flag does", "[config]") {
    const TemporaryFolder folder;
    const auto one = folder.write("one.toml", "[server]\ncores = 1\n");
    const auto two = folder.write("two.toml", "[server]\ncores = 2\n");
    const Variables environment{{"VOXPOP_CONFIG", one.string()}};
    CHECK(load({.file = {}, .environment = environment, .overrides = {}})->cores == 1);
    CHECK(load({.file = two, .environment = environment, .overrides = {}})->cores == 2);
}

TEST_CASE(
    "load: an unknown key of the file is an error that names the nearest known one", "[config]"
) {
    CHECK_THAT(
        problems_of_file("\n[limits]\ntikc = \"1s\"\n"),
        Contains("voxpop.toml:3: unknown setting \"limits.tikc\"; did you mean \"limits.tick\"?")
    );
    CHECK_THAT(
        problems_of_file("[limit]\n"),
        Contains(":1: unknown setting \"limit\"; did you mean \"limits\"?")
    );
    CHECK_THAT(
        problems_of_file("[rates.votes_per_user]\nbrust = 1\n"),
        Contains(":2:") && Contains("did you mean \"rates.votes_per_user.burst\"?")
    );
    CHECK_THAT(problems_of_file("cores = 1\n"), Contains(":1: unknown setting \"cores\""));
}

TEST_CASE("load: an unknown variable is an error that names the nearest known one", "[config]") {
    CHECK_THAT(
        problems_of_variable("VOXPOP_SERVER_LISTN", "x"),
        Contains("VOXPOP_SERVER_LISTN: ") && Contains("did you mean VOXPOP_SERVER_LISTEN?")
    );
    CHECK(problems_of_variable("VOXPOPULI", "x").empty());
}

TEST_CASE("load: wrong types say where, what is expected and what came", "[config]") {
    CHECK_THAT(
        problems_of_file("[limits]\ntick = 100\n"),
        Contains(
            "voxpop.toml:2: limits.tick: expected a duration from 10ms to 10s, not a whole number"
        )
    );
    CHECK_THAT(problems_of_file("[server]\ncores = \"2\"\n"), Contains("not a text"));
    CHECK_THAT(
        problems_of_file("[server]\ncores = 1.5\n"), Contains("not a number with a fraction")
    );
    CHECK_THAT(problems_of_file("[server]\ndev = 1\n"), Contains("expected true or false"));
    CHECK_THAT(
        problems_of_file("[site]\norigins = \"https://a.example\"\n"), Contains("expected a list")
    );
    CHECK_THAT(problems_of_file("[site]\norigins = [1]\n"), Contains("expected a list"));
    CHECK_THAT(problems_of_file("limits = 3\n"), Contains("limits: expected a table"));
    CHECK_THAT(problems_of_file("[server.cores]\nx = 1\n"), Contains("not a table"));
    CHECK_THAT(problems_of_variable("VOXPOP_SERVER_DEV", "maybe"), Contains("not 'maybe'"));
    CHECK_THAT(problems_of_variable("VOXPOP_SERVER_CORES", "2x"), Contains("not '2x'"));
    CHECK_THAT(problems_of_variable("VOXPOP_SERVER_CORES", ""), Contains("whole number"));
}

TEST_CASE("load: what is out of range says the range", "[config]") {
    CHECK_THAT(
        problems_of_file("[limits]\ntick = \"5min\"\n"), Contains("from 10ms to 10s, not '5min'")
    );
    CHECK_THAT(problems_of_file("[server]\ncores = -1\n"), Contains("from 0 to 56, not '-1'"));
    CHECK_THAT(
        problems_of_variable("VOXPOP_SERVER_CORES", "99999999999999999999"),
        Contains("from 0 to 56")
    );
    CHECK_THAT(
        problems_of_variable("VOXPOP_LIMITS_OUTBOX_BYTES", "1"), Contains("from 720896 to 67108864")
    );
    CHECK_THAT(problems_of_variable("VOXPOP_SITE_ID", "no spaces"), Contains("not 'no spaces'"));
}

TEST_CASE("load: bad addresses, origins, stores and levels are refused in words", "[config]") {
    CHECK_THAT(
        problems_of_variable("VOXPOP_SERVER_LISTEN", "localhost:80"), Contains("as 127.0.0.1:8080")
    );
    CHECK_THAT(
        problems_of_variable("VOXPOP_SITE_ORIGINS", "news.example"), Contains("is no origin")
    );
    CHECK_THAT(
        problems_of_variable("VOXPOP_SERVER_TRUSTED_PROXIES", "10.0.0.0/8, proxy.example"),
        Contains("a list of IP addresses and blocks, not 'proxy.example'")
    );
    CHECK_THAT(
        problems_of_variable("VOXPOP_STORE_URL", "mysql:x"),
        Contains("sqlite:PATH, memory: or redis://HOST:PORT")
    );
    CHECK_THAT(
        problems_of_variable("VOXPOP_STORE_URL", "sqlite:"),
        Contains("sqlite:PATH, memory: or redis://HOST:PORT")
    );
    CHECK_THAT(
        problems_of_variable("VOXPOP_SERVER_LOG_LEVEL", "loud"), Contains("debug, info, warn")
    );
}

TEST_CASE("load: all problems are reported at once", "[config]") {
    const std::string text =
        problems_of_file("[server]\ncores = -1\nlog_level = \"loud\"\nx = 1\n");
    CHECK_THAT(
        text, Contains(":2: server.cores") && Contains(":3: server.log_level") && Contains(":4:")
    );
}

TEST_CASE("load: a syntax error says its line", "[config]") {
    CHECK_THAT(problems_of_file("[server]\ncores = \n"), Contains("voxpop.toml:2: "));
}

TEST_CASE("load: a file that cannot be read says so", "[config]") {
    const TemporaryFolder folder;
    const auto problems = [](const std::filesystem::path& file) {
        return problems_of({.file = file, .environment = {}, .overrides = {}});
    };
    CHECK_THAT(
        problems(folder.path() / "none.toml"),
        Contains("--config: cannot read") && Contains("none.toml")
    );
    CHECK_THAT(problems(folder.path()), Contains("not a plain file"));
    CHECK_THAT(
        problems(folder.write("big.toml", std::string(2'000'000, '#'))), Contains("larger than")
    );
}

TEST_CASE(
    "load: relative paths of the file are beside it, those of the environment are not", "[config]"
) {
    const TemporaryFolder folder;
    const auto file =
        folder.write("voxpop.toml", "[store]\ndata_dir = \"data\"\nurl = \"sqlite:x.db\"\n");
    const auto config = load({.file = file, .environment = {}, .overrides = {}});
    REQUIRE(config);
    CHECK(config->store.data_dir == folder.path() / "data");
    CHECK(config->store.url == "sqlite:" + (folder.path() / "x.db").string());
    const auto other =
        load({.file = {}, .environment = {{"VOXPOP_STORE_DATA_DIR", "data"}}, .overrides = {}});
    CHECK(other->store.data_dir == "data");
}

TEST_CASE("load: secrets may come from a file, without the newline that editors add", "[config]") {
    const TemporaryFolder folder;
    folder.write("admin", "0123456789abcdef\n");
    const auto file = folder.write("voxpop.toml", "[auth]\nadmin_token_file = \"admin\"\n");
    CHECK(
        load({.file = file, .environment = {}, .overrides = {}})->auth.admin_token ==
        "0123456789abcdef"
    );
}

TEST_CASE("load: a secret's problem says its setting and never its text", "[config]") {
    CHECK_THAT(
        problems_of_variable("VOXPOP_AUTH_ADMIN_TOKEN", "hunter2"),
        Contains("VOXPOP_AUTH_ADMIN_TOKEN: expected 16 to 4096 bytes") && !Contains("hunter2")
    );
    CHECK_THAT(
        problems_of_file("[auth]\ndevice_secret_file = \"none\"\n"),
        Contains("voxpop.toml:2: auth.device_secret_file: cannot read") && Contains("none")
    );
    const TemporaryFolder folder;
    folder.write("s", std::string(40, 's'));
    const auto both = folder.write(
        "voxpop.toml",
        "[auth]\ndevice_secret = \"" + std::string(40, 's') + "\"\ndevice_secret_file = \"s\"\n"
    );
    CHECK_THAT(
        problems_of({.file = both, .environment = {}, .overrides = {}}),
        Contains(":3: auth.device_secret_file: give either the secret or its file")
    );
}

TEST_CASE(
    "load: the demo lifts limits per address for loopback unless the setting is given", "[config]"
) {
    const Override dev{"server.dev", "true", "--dev"};
    CHECK(load({.file = {}, .environment = {}, .overrides = {dev}})->rates.exempt_loopback);
    CHECK_FALSE(load({.file = {},
                      .environment = {{"VOXPOP_RATES_EXEMPT_LOOPBACK", "false"}},
                      .overrides = {dev}}
    )->rates.exempt_loopback);
    CHECK_FALSE(load({})->rates.exempt_loopback);
}

TEST_CASE("load: a pong must be due before the next ping", "[config]") {
    CHECK_THAT(
        problems_of_variable("VOXPOP_LIMITS_PONG_TIMEOUT", "30s"),
        Contains("limits.pong_timeout: must be shorter than limits.ping_interval (25s), not 30s")
    );
}

TEST_CASE("load: an override of a setting that does not exist names the nearest", "[config]") {
    CHECK_THAT(
        problems_of(
            {.file = {}, .environment = {}, .overrides = {{"limits.tck", "1s", "--set limits.tck"}}}
        ),
        Contains("--set limits.tck: unknown setting \"limits.tck\"; did you mean \"limits.tick\"?")
    );
}
