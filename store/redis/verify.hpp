// `voxpop verify` of a store in Redis: counts everything that is stored twice, and says where the
// two differ.
//
// Works while nodes serve. Ballots and comments are read in portions and compared when nothing
// moved meanwhile; only a box that never stands still is counted in one step inside Redis, where
// everybody else waits meanwhile, and not if it is large: then the report says that it moved.
// Writes nothing unless `repair` is given: then tallies and counts become what ballots and comments
// say, names that lead nowhere lead to their threads, polls are in the index of those that time
// will move, the site's lists become what the threads' are, and events that a dead node left in a
// thread's outbox are brought into the site's stream. Any thread.
#pragma once

#include "store/redis/store_options.hpp"
#include "store/verify_report.hpp"

namespace voxpop::store::redis {

// `place` is what the report calls the store. Uses options.client, .start_timeout, .log and .site;
// where there are keys of other sites alone, the report says so, and nothing else is done.
[[nodiscard]] VerifyReport verify(const StoreOptions& options, std::string place, bool repair);

}  // namespace voxpop::store::redis
