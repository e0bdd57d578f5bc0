// A server in a few hundred lines that speaks enough of the protocol for voxpop-load, honest unless
// told to misbehave in one way: to see that the checker catches each. No sockets here; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace voxpop::load::test {

// The n-th of something (from 1) goes wrong; 0: never.
struct Misdeeds {
    unsigned drop_publication = 0;    // one subscriber does not get it
    unsigned double_publication = 0;  // one subscriber gets it twice
    unsigned swap_publications = 0;   // one subscriber gets it after the next one
    unsigned swap_contents = 0;       // one subscriber is told something else at this offset
    bool drop_last = false;           // one subscriber gets nothing from the third on
    unsigned double_vote = 0;         // counts twice
    unsigned lose_vote = 0;           // acknowledged, not counted
    unsigned wrong_choice = 0;        // the other option is counted and acknowledged
    unsigned miscount_vote = 0;       // the other option is counted
    unsigned lose_comment = 0;        // acknowledged, published to nobody, not stored
    unsigned version_back = 0;        // a tally older than the one before is shown
    unsigned leak_result = 0;         // a tally is shown to everybody, hidden or not
    unsigned leak_moderation = 0;     // a publication carries a moderator's reason
    unsigned recover_partly = 0;      // a recovery leaves out its first publication
    unsigned stall_at_vote = 0;       // stall() is called before it is handled
    unsigned garbage = 0;             // the n-th publication of a tally is not JSON
    bool http_differs = false;        // the HTTP API tells another tally
    bool mute_votes = false;          // votes are counted and never answered
    // Not misdeeds, but what an honest server may do as well:
    unsigned unsubscribe_at = 0;  // after this comment everybody must subscribe again (2500)
    bool forgets = false;         // recoveries are refused: reload
};

class FakeSite {
  public:
    using Connection = std::uint64_t;
    using Send = std::function<void(Connection, std::string_view message)>;

    FakeSite(Misdeeds misdeeds, std::string results, Send send, std::function<void()> stall);

    void on_message(Connection connection, std::string_view message);
    void on_closed(Connection connection);
    // The body of GET /api/v1/polls/demo.
    [[nodiscard]] std::string poll_over_http() const;

  private:
    struct Person {
        std::string user;
        std::vector<std::string> channels;
        std::vector<std::string> held_back;  // a push that follows the next one
    };
    struct Thread {
        std::vector<std::string> events;  // data by offset − 1
        std::uint64_t comments = 0;
        std::set<std::string> savers;
        std::uint64_t counts_version = 1;
    };

    void take_line(Connection connection, std::string_view line);
    [[nodiscard]] std::string connect(Connection connection, std::string_view token);
    [[nodiscard]] std::string subscribe(
        Connection connection, const std::string& channel, bool recover, std::uint64_t since
    );
    [[nodiscard]] std::string history(const std::string& channel, std::uint64_t since);
    [[nodiscard]] std::string vote(Connection connection, const std::string& option);
    [[nodiscard]] std::string post(const std::string& thread, const std::string& text);
    [[nodiscard]] std::string save(Connection connection, const std::string& thread, bool on);
    [[nodiscard]] std::string thread_get(const std::string& thread);

    void publish_event(const std::string& thread, std::uint64_t offset);
    void give_event(Connection connection, const std::string& channel, std::uint64_t offset);
    void end_subscriptions(const std::string& channel);
    void publish_tally();
    void publish_counts(const std::string& thread);
    [[nodiscard]] std::string tally_json(std::uint64_t version) const;
    [[nodiscard]] bool sees_results(const Person& person) const;
    [[nodiscard]] bool is_victim(Connection connection) const { return connection == victim_; }

    Misdeeds misdeeds_;
    std::string results_;
    Send send_;
    std::function<void()> stall_;
    std::map<Connection, Person> people_;
    std::map<std::string, Thread> threads_;
    std::map<std::string, std::string> ballots_;      // user → option
    std::map<std::string, std::int64_t> adjustment_;  // what misdeeds add to the tally
    std::uint64_t tally_version_ = 1;
    unsigned next_user_ = 1;
    unsigned votes_ = 0;
    unsigned comments_ = 0;
    unsigned tallies_ = 0;
    unsigned recoveries_ = 0;
    Connection victim_ = 0;  // the last to follow a thread: who is treated wrongly
};

}  // namespace voxpop::load::test
