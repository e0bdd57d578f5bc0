// Of `voxpop verify`: the keys by which a thread's polls and comments are found, and the index of
// polls that time will move. All of it follows from what the threads hold.
#pragma once

#include <string>
#include <vector>

#include "base/ids.hpp"
#include "store/redis/blocking_client.hpp"
#include "store/verify_report.hpp"

namespace voxpop::store::redis {

class IndexCheck {
  public:
    using Check = VerifyReport::Check;

    IndexCheck(BlockingClient& redis, const std::string& site, bool repair);

    void check(const base::ThreadId& thread);

    [[nodiscard]] Check& names() { return names_; }
    [[nodiscard]] Check& timed() { return timed_; }

  private:
    void check_names(const base::ThreadId& thread, std::vector<std::string> keys);
    void check_timed(
        const base::ThreadId& thread, const std::string& poll, const std::string& packed
    );

    BlockingClient& redis_;
    const std::string timed_key_;
    const bool repair_;
    Check names_{.what = "names that lead to their threads"};
    Check timed_{.what = "polls that time will move"};
};

}  // namespace voxpop::store::redis
