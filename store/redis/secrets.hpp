// The secrets that all nodes share, made by the first one. Whoever has them offers them again from
// time to time: should Redis lose them, a node that starts must not make others, to which the
// guests and tokens of those that run would be strangers.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <map>
#include <string>

#include "base/log.hpp"
#include "domain/store.hpp"
#include "store/redis/client/client.hpp"

namespace voxpop::store::redis {

class Secrets {
  public:
    Secrets(Client& client, base::Log& log) : client_(client), log_(log) {}

    // Keeps the proposal unless there is a secret of that name; gives the one that is kept.
    void share(std::string name, std::string proposal, domain::Answer<std::string> answer);
    // Puts back those that are lost. Tells the operator where there is another one instead.
    void offer();

  private:
    struct Shared {
        std::string secret;
        bool differs = false;  // from what is kept, and the operator was told
    };
    void compare(const std::string& name, const CallResult& result);

    Client& client_;
    base::Log& log_;
    std::map<std::string, Shared, std::less<>> shared_;  // by name; as many as the server has names
};

}  // namespace voxpop::store::redis
