#include "config/toml_keys.hpp"

#include <algorithm>
#include <array>

#include "base/ids.hpp"
#include "config/keys.hpp"
#include "config/nearest.hpp"
#include "config/small_file.hpp"
#include "config/toml_text.hpp"

namespace voxpop::config {
namespace {

constexpr std::size_t kSecretBytesMin = 32;  // RFC 7518, 3.2: as long as HS256's hash
constexpr std::size_t kPemBytesMax = 64 * 1024;
constexpr std::array<std::string_view, 5> kFields{
    "id", "algorithm", "secret", "secret_file", "public_key_file"
};

std::unexpected<KeyProblem> problem(const toml::node& node, std::string message) {
    return std::unexpected(KeyProblem{node.source().begin.line, "auth.keys: " + std::move(message)}
    );
}

using Done = std::expected<void, KeyProblem>;

Done check_fields(const toml::table& table) {
    for (const auto& [key, node] : table) {
        if (std::ranges::find(kFields, key.str()) == kFields.end()) {
            const auto meant = nearest(key.str(), {kFields.begin(), kFields.end()});
            return problem(
                node, "unknown field " + toml_quoted(key.str()) + "; did you mean \"" +
                          std::string(meant) + "\"?"
            );
        }
        if (!node.is_string()) return problem(node, std::string(key.str()) + " must be a text");
    }
    return {};
}

std::string field(const toml::table& table, std::string_view name) {
    return table[name].value_or(std::string());
}

Done read_secret(const toml::table& table, const std::filesystem::path& folder, TokenKey& key) {
    if (table.contains("public_key_file"))
        return problem(table, "HS256 takes a secret, not a public_key_file");
    if (table.contains("secret") == table.contains("secret_file"))
        return problem(table, "HS256 needs either secret or secret_file");
    key.secret = field(table, "secret");
    if (table.contains("secret_file")) {
        auto text = read_secret_text(folder / field(table, "secret_file"));
        if (!text) return problem(*table.get("secret_file"), text.error());
        key.secret = std::move(*text);
    }
    if (key.secret.size() < kSecretBytesMin)
        return problem(table, "the secret must have at least 32 bytes");
    return {};
}

Done read_public_key(const toml::table& table, const std::filesystem::path& folder, TokenKey& key) {
    if (table.contains("secret") || table.contains("secret_file"))
        return problem(table, key.algorithm + " takes a public_key_file, not a secret");
    if (!table.contains("public_key_file"))
        return problem(table, key.algorithm + " needs a public_key_file");
    key.public_key_file = folder / field(table, "public_key_file");
    auto pem = read_small_file(key.public_key_file, kPemBytesMax);
    if (!pem) return problem(*table.get("public_key_file"), pem.error());
    if (!pem->contains("-----BEGIN PUBLIC KEY-----")) {
        return problem(
            *table.get("public_key_file"),
            key.public_key_file + " is not a PEM public key (-----BEGIN PUBLIC KEY-----)"
        );
    }
    key.public_key = std::move(*pem);
    return {};
}

std::expected<TokenKey, KeyProblem> read_key(
    const toml::table& table, const std::filesystem::path& folder
) {
    if (const auto fields = check_fields(table); !fields) return std::unexpected(fields.error());
    TokenKey key;
    key.id = field(table, "id");
    key.algorithm = field(table, "algorithm");
    if (!key.id.empty() && !base::is_valid_id(key.id)) return problem(table, "the id is not valid");
    if (key.id == kLocalKeyId)
        return problem(table, "the id voxpop-local belongs to the server's own key");
    Done done;
    if (key.algorithm == "HS256")
        done = read_secret(table, folder, key);
    else if (key.algorithm == "RS256" || key.algorithm == "ES256")
        done = read_public_key(table, folder, key);
    else
        return problem(
            table, "the algorithm must be HS256, RS256 or ES256, not " + toml_quoted(key.algorithm)
        );
    if (!done) return std::unexpected(done.error());
    return key;
}

}  // namespace

std::expected<std::vector<TokenKey>, KeyProblem> read_keys(
    const toml::node& node, const std::filesystem::path& folder
) {
    const toml::array* array = node.as_array();
    if (array == nullptr) return problem(node, "expected a list of tables: [[auth.keys]]");
    std::vector<TokenKey> keys;
    for (const auto& item : *array) {
        const toml::table* table = item.as_table();
        if (table == nullptr) return problem(item, "expected a table: [[auth.keys]]");
        auto key = read_key(*table, folder);
        if (!key) return std::unexpected(std::move(key.error()));
        if (std::ranges::find(keys, key->id, &TokenKey::id) != keys.end())
            return problem(item, "two keys have the id " + toml_quoted(key->id));
        keys.push_back(std::move(*key));
    }
    return keys;
}

std::expected<Value, std::string> parse_keys_text(const std::string& text) {
    try {
        const toml::table table = toml::parse("keys = " + text);
        const toml::node* node = table.get("keys");
        if (node == nullptr || table.size() != 1)
            return std::unexpected("expected a list of tables on one line");
        auto keys = read_keys(*node, {});
        if (!keys) return std::unexpected(std::move(keys.error().message));
        return std::move(*keys);
    } catch (const toml::parse_error&) {
        // Not its words: they may quote a secret.
        return std::unexpected(
            "expected a list of tables, as [{algorithm = \"HS256\", secret = \"…\"}]"
        );
    }
}

std::string show_keys(const std::vector<TokenKey>& keys) {
    std::string out = "[";
    for (const auto& key : keys) {
        if (out.size() > 1) out += ", ";
        out += "{ ";
        if (!key.id.empty()) out += "id = " + toml_quoted(key.id) + ", ";
        out += "algorithm = " + toml_quoted(key.algorithm);
        if (!key.secret.empty()) out += ", secret = \"***\"";
        if (!key.public_key_file.empty())
            out += ", public_key_file = " + toml_quoted(key.public_key_file);
        out += " }";
    }
    return out + "]";
}

}  // namespace voxpop::config
