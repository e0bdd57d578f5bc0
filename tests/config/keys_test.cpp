// auth.keys: each way to configure a key, and each way to get it wrong.
#include <catch2/catch.hpp>

#include "config/load.hpp"
#include "support/temporary_folder.hpp"

using namespace voxpop;
using namespace voxpop::config;
using Catch::Contains;

namespace {

const std::string kSecret = "0123456789abcdef0123456789abcdef";
const std::string kPem = "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n";

std::expected<Config, std::vector<Problem>> load_keys(
    const test::TemporaryFolder& folder, const std::string& text
) {
    return load({.file = folder.write("voxpop.toml", text), .environment = {}, .overrides = {}});
}

std::string problems_of(const std::string& key) {
    const test::TemporaryFolder folder;
    folder.write("site.pem", kPem);
    folder.write("short", "too short");
    const auto config = load_keys(folder, "[[auth.keys]]\n" + key + "\n");
    return config ? "" : to_string(config.error());
}

}  // namespace

TEST_CASE(
    "keys: secrets and public keys are read from the file or from files beside it", "[config]"
) {
    const test::TemporaryFolder folder;
    folder.write("site.pem", kPem);
    folder.write("site.secret", kSecret + "\n");
    const auto config = load_keys(
        folder,
        "[[auth.keys]]\nalgorithm = \"HS256\"\nsecret = \"" + kSecret +
            "\"\n[[auth.keys]]\nid = \"b\"\nalgorithm = \"HS256\"\nsecret_file = \"site.secret\"\n"
            "[[auth.keys]]\nid = \"c\"\nalgorithm = \"RS256\"\npublic_key_file = \"site.pem\"\n"
    );
    REQUIRE(config);
    const auto& keys = config->auth.keys;
    REQUIRE(keys.size() == 3);
    CHECK(keys[0].id.empty());
    CHECK(keys[0].secret == kSecret);
    CHECK(keys[1].secret == kSecret);
    CHECK(keys[2].algorithm == "RS256");
    CHECK(keys[2].public_key == kPem);
    CHECK(keys[2].public_key_file == folder.path() / "site.pem");
}

TEST_CASE("keys: the environment holds them as the file would", "[config]") {
    const auto config = load(
        {.file = {},
         .environment =
             {{"VOXPOP_AUTH_KEYS", "[{id=\"k\", algorithm=\"HS256\", secret=\"" + kSecret + "\"}]"}
             },
         .overrides = {}}
    );
    REQUIRE(config);
    REQUIRE(config->auth.keys.size() == 1);
    CHECK(config->auth.keys[0].id == "k");
}

TEST_CASE("keys: a mistake in the environment never repeats the secret", "[config]") {
    for (const std::string text :
         {"[{algorithm=\"HS256\" secret=\"hunter2\"}]", "hunter2", "[{secret=\"hunter2\"}]",
          "1\n[x]\ny=1"}) {
        const auto config =
            load({.file = {}, .environment = {{"VOXPOP_AUTH_KEYS", text}}, .overrides = {}});
        REQUIRE_FALSE(config);
        CHECK_THAT(
            to_string(config.error()), Contains("VOXPOP_AUTH_KEYS: ") && !Contains("hunter2")
        );
    }
}

TEST_CASE("keys: each mistake has its words and its line", "[config]") {
    CHECK_THAT(
        problems_of("algorithm = \"none\""), Contains("HS256, RS256 or ES256, not \"none\"")
    );
    CHECK_THAT(problems_of("algorithm = \"HS512\""), Contains("not \"HS512\""));
    CHECK_THAT(problems_of(""), Contains("voxpop.toml:1: auth.keys: the algorithm must be"));
    CHECK_THAT(problems_of("algorithm = \"HS256\""), Contains("either secret or secret_file"));
    CHECK_THAT(
        problems_of("algorithm = \"HS256\"\nsecret = \"short\""), Contains("at least 32 bytes")
    );
    CHECK_THAT(
        problems_of("algorithm = \"HS256\"\nsecret_file = \"short\""), Contains("at least 32 bytes")
    );
    CHECK_THAT(
        problems_of("algorithm = \"HS256\"\nsecret_file = \"none\""),
        Contains("voxpop.toml:3: auth.keys: cannot read") && Contains("none: No such file")
    );
    CHECK_THAT(
        problems_of("algorithm = \"HS256\"\npublic_key_file = \"site.pem\""),
        Contains("takes a secret")
    );
    CHECK_THAT(problems_of("algorithm = \"RS256\""), Contains("RS256 needs a public_key_file"));
    CHECK_THAT(
        problems_of("algorithm = \"ES256\"\nsecret = \"" + kSecret + "\""),
        Contains("ES256 takes a public_key_file, not a secret")
    );
    CHECK_THAT(
        problems_of("algorithm = \"ES256\"\npublic_key_file = \"short\""),
        Contains("is not a PEM public key")
    );
    CHECK_THAT(
        problems_of("algoritm = \"HS256\""),
        Contains(":2: auth.keys: unknown field \"algoritm\"; did you mean \"algorithm\"?")
    );
    CHECK_THAT(problems_of("algorithm = 256"), Contains("algorithm must be a text"));
    CHECK_THAT(
        problems_of("id = \"voxpop-local\"\nalgorithm = \"HS256\"\nsecret = \"" + kSecret + "\""),
        Contains("belongs to the server's own key")
    );
    CHECK_THAT(
        problems_of("id = \"a b\"\nalgorithm = \"HS256\"\nsecret = \"" + kSecret + "\""),
        Contains("the id is not valid")
    );
    const std::string key = "id = \"a\"\nalgorithm = \"HS256\"\nsecret = \"" + kSecret + "\"\n";
    CHECK_THAT(
        problems_of(key + "[[auth.keys]]\n" + key),
        Contains(":5: auth.keys: two keys have the id \"a\"")
    );
}
