// What can be asked of the store, as calls of the reading functions. Each function answers one
// moment of its thread. What concerns the site is on another shard than the comments it names, so
// those are read afterwards, thread by thread.
//
// Thread safety: none; the loop's thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.hpp"
#include "base/occasional.hpp"
#include "domain/ranking.hpp"
#include "domain/store.hpp"
#include "store/redis/client/client.hpp"
#include "store/redis/news.hpp"
#include "store/redis/node_state.hpp"
#include "store/redis/store_options.hpp"
#include "store/redis/thread_index.hpp"

namespace voxpop::store::redis {

class Queries {
  public:
    Queries(Client& client, ThreadIndex& index, const NodeState& node, const StoreOptions& options)
        : client_(client),
          index_(index),
          node_(node),
          site_(options.site),
          viewers_ttl_(options.viewers_ttl),
          log_(options.log) {}

    void thread(const base::ThreadId& id, domain::Answer<domain::ThreadView> answer);
    void comments(const domain::PageRequest& request, domain::Answer<domain::CommentPage> answer);
    void comment(base::CommentId id, domain::Answer<domain::Comment> answer);
    void poll(const base::PollId& id, domain::Answer<domain::PollView> answer);
    void ballots(
        const base::ThreadId& thread, const base::UserId& voter,
        const std::vector<domain::BoxId>& boxes,
        domain::Answer<std::vector<domain::OptionSet>> answer
    );
    void counts(
        const std::vector<base::ThreadId>& threads,
        domain::Answer<std::vector<domain::StoredCounts>> answer
    );
    void thread_log(
        const base::ThreadId& id, std::uint64_t since, std::size_t limit,
        domain::Answer<domain::LogPage> answer
    );
    void site_log(std::uint64_t since, std::size_t limit, domain::Answer<domain::LogPage> answer);
    void moderation(
        const domain::ModerationRequest& request, domain::Answer<domain::CommentPage> answer
    );
    void timed_polls(domain::Answer<std::vector<domain::Poll>> answer);

    // The comments that `records` name, put into them. One that Redis has lost stays as it is, so
    // that a stream has no gap.
    void fill(
        std::vector<SiteRecord> records, domain::Answer<std::vector<domain::LogRecord>> answer
    );

  private:
    struct Wanted {
        base::ThreadId thread;
        base::CommentId comment;
    };
    // In the order asked; nothing where there is no such comment.
    void find(
        const std::vector<Wanted>& wanted,
        domain::Answer<std::vector<std::optional<domain::Comment>>> answer
    );
    void moderation_of_thread(
        const domain::ModerationRequest& request, const domain::SortKey* after,
        domain::Answer<domain::CommentPage> answer
    );
    void moderation_of_site(
        const domain::ModerationRequest& request, const domain::SortKey* after,
        domain::Answer<domain::CommentPage> answer
    );
    // A call that answers counts, and needs to know whose viewers to leave out of them.
    [[nodiscard]] Command counting(std::string_view name, std::string_view key) const;
    // Calls, and has `read` make a result of the reply; it leaves the Unpacker failed when it
    // cannot.
    template <class T, class Read>
    void ask(std::string key, Command command, domain::Answer<T> answer, Read read);
    // Who asked is told no more than that the store is away; why a Redis that is there refuses,
    // the operator is.
    void note_failure(const CallResult& result);

    Client& client_;
    ThreadIndex& index_;
    const NodeState& node_;
    const std::string site_;
    const std::chrono::milliseconds viewers_ttl_;
    base::Log log_;
    base::Occasional refused_told_;
};

}  // namespace voxpop::store::redis
