#include "app/auth/secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "app/auth/crypto.hpp"

namespace voxpop::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDeviceFile = "device.secret";
constexpr std::string_view kTokenFile = "token.secret";
constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] bool ok() const { return fd_ >= 0; }
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

std::unexpected<std::string> complain(const fs::path& file, std::string_view what) {
    return std::unexpected(file.string() + ": " + std::string(what));
}

std::unexpected<std::string> complain_errno(const fs::path& file, std::string_view what) {
    return complain(file, std::string(what) + ": " + std::generic_category().message(errno));
}

// Nothing when there is no such file.
std::expected<std::optional<std::string>, std::string> read_secret(const fs::path& file) {
    const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!fd.ok() && errno == ENOENT) return std::nullopt;
    if (!fd.ok()) return complain_errno(file, "cannot open the secret");
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0) return complain_errno(file, "cannot look at the secret");
    if (!S_ISREG(status.st_mode)) return complain(file, "is not a plain file");
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return complain(file, "others may read or write this secret; run chmod 600 on it");
    std::array<char, kSecretBytes + 1> bytes{};  // one more, to notice a longer file
    const auto count = ::read(fd.get(), bytes.data(), bytes.size());
    if (count < 0) return complain_errno(file, "cannot read the secret");
    if (count != static_cast<ssize_t>(kSecretBytes))
        return complain(file, "is damaged: a secret is 32 bytes; remove it to get a new one");
    return std::string(bytes.data(), kSecretBytes);
}

// A new secret under a name of its own, complete and on the disk.
std::expected<fs::path, std::string> write_draft(const fs::path& file) {
    fs::path draft = file;
    draft += "." + base32(random_bytes(8));
    const Descriptor fd(::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
    if (!fd.ok()) return complain_errno(draft, "cannot make a secret");
    const std::string secret = random_bytes(kSecretBytes);
    const bool written =
        ::write(fd.get(), secret.data(), secret.size()) == static_cast<ssize_t>(secret.size()) &&
        ::fsync(fd.get()) == 0;
    if (written) return draft;
    const auto problem = complain_errno(draft, "cannot write a secret");
    ::unlink(draft.c_str());
    return problem;
}

}  // namespace

std::expected<std::string, std::string> open_secret_file(const fs::path& file) {
    auto known = read_secret(file);
    if (!known) return std::unexpected(std::move(known.error()));
    if (*known) return std::move(**known);
    const auto draft = write_draft(file);
    if (!draft) return std::unexpected(draft.error());
    // link() fails where the file has come into being meanwhile: then the other process's secret
    // holds.
    const int link_error = ::link(draft->c_str(), file.c_str()) == 0 ? 0 : errno;
    ::unlink(draft->c_str());
    if (link_error != 0 && link_error != EEXIST) {
        const auto reason = std::generic_category().message(link_error);
        return complain(file, "cannot keep the secret: " + reason);
    }
    known = read_secret(file);
    if (!known) return std::unexpected(std::move(known.error()));
    if (!*known) return complain(file, "vanished while it was made");
    return std::move(**known);
}

Secrets make_secrets() {
    return {random_bytes(kSecretBytes), random_bytes(kSecretBytes)};
}

std::expected<std::string, std::string> find_token_key(const config::StoreLocation& store) {
    const auto folder = store.folder();
    if (!folder)
        return std::unexpected(
            "a memory store keeps no key to sign a token with: give the server one in auth.keys"
        );
    const auto file = *folder / kTokenFile;
    auto key = read_secret(file);
    if (!key) return std::unexpected(std::move(key.error()));
    if (*key) return std::move(**key);
    return complain(
        file,
        "is not there, so no server has run on this data: name the server's settings (--config "
        "FILE), its data (--data DIR) or its store (--store URL), or start it once"
    );
}

std::expected<Secrets, std::string> open_secrets(const config::Config& config) {
    const auto store = config::locate_store(config.store);
    if (!store) return std::unexpected(store.error());
    Secrets secrets = make_secrets();
    if (const auto folder = store->folder()) {
        std::error_code error;
        fs::create_directories(*folder, error);
        if (error) return complain(*folder, "cannot make this folder: " + error.message());
        auto token_key = open_secret_file(*folder / kTokenFile);
        if (!token_key) return std::unexpected(std::move(token_key.error()));
        auto device = open_secret_file(*folder / kDeviceFile);
        if (!device) return std::unexpected(std::move(device.error()));
        secrets = {std::move(*device), std::move(*token_key)};
    }
    if (!config.auth.device_secret.empty()) secrets.device_secret = config.auth.device_secret;
    return secrets;
}

}  // namespace voxpop::app
