#include "store/redis/secrets.hpp"

#include <utility>

#include "base/error.hpp"
#include "store/redis/keys.hpp"

namespace voxpop::store::redis {
namespace {

// Answers what was there before.
Command set_if_none(const std::string& name, const std::string& secret) {
    return Command("SET").arg(keys::secret(name)).arg(secret).arg("NX").arg("GET");
}

}  // namespace

void Secrets::share(std::string name, std::string proposal, domain::Answer<std::string> answer) {
    auto set = set_if_none(name, proposal);
    const auto key = keys::secret(name);
    auto then = [this, name = std::move(name), proposal = std::move(proposal),
                 answer = std::move(answer)](const CallResult& result) mutable {
        if (!result.ok()) return answer(base::fail(base::ErrorCode::store_unavailable, result.why));
        auto kept = result.view().nil() ? std::move(proposal) : std::string(result.view().text());
        shared_[name] = {.secret = kept};
        answer(std::move(kept));
    };
    client_.call(key, std::move(set), std::move(then));
}

void Secrets::offer() {
    for (const auto& [name, shared] : shared_) {
        client_.call(
            keys::secret(name), set_if_none(name, shared.secret),
            [this, name](const CallResult& result) { compare(name, result); }
        );
    }
}

void Secrets::compare(const std::string& name, const CallResult& result) {
    if (!result.ok()) return;  // offered again
    Shared& shared = shared_.at(name);
    if (result.view().nil())
        return log_.warn("Redis had lost a secret: it is put back", {{"name", name}});
    const bool differs = result.view().text() != shared.secret;
    if (differs && !shared.differs)
        log_.error("Redis has another secret than this node: start it again", {{"name", name}});
    shared.differs = differs;
}

}  // namespace voxpop::store::redis
