// Of `voxpop verify`: the site's lists of comments by state and of those that are reported, against
// the threads' own. They are on another shard, which may have lost what the threads still have, or
// have what they lost.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "store/redis/blocking_client.hpp"
#include "store/verify_report.hpp"

namespace voxpop::store::redis {

class ListCheck {
  public:
    using Check = VerifyReport::Check;

    ListCheck(BlockingClient& redis, std::string site_log, bool repair)
        : redis_(redis), site_log_(std::move(site_log)), repair_(repair) {}

    // After the outboxes: what is on its way is not missing.
    void check(const std::vector<base::ThreadId>& threads);

    [[nodiscard]] Check& lists() { return lists_; }

  private:
    using Ids = std::set<std::string>;
    // A comment that the site lists elsewhere than its thread does.
    struct Difference {
        std::string id;
        unsigned thread = 0;  // bits: the states in whose lists it is, and the reported ones
        unsigned site = 0;
        std::string score;  // in the thread's lists
    };

    void find_listed();
    void find_listed(const std::string& list);
    [[nodiscard]] std::vector<Difference> compare(const base::ThreadId& thread, const Ids& ids);
    void compare_some(
        const base::ThreadId& thread, const std::vector<std::string>& ids,
        std::vector<Difference>& differences
    );
    void tell(const base::ThreadId& thread, const Difference& difference);

    BlockingClient& redis_;
    const std::string site_log_;
    const bool repair_;
    std::map<base::ThreadId, Ids> ids_;  // that are to be compared
    Check lists_{.what = "comments in the site's lists"};
};

}  // namespace voxpop::store::redis
