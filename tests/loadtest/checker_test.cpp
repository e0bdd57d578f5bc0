// The checker on journals written by hand: what each kind of violation looks like, and what is
// none.
#include <rapidcheck.h>

#include <array>
#include <catch2/catch.hpp>

#include "loadtest/check/checker.hpp"

namespace voxpop::load::test {

namespace {

// The verdict on lines as they stand in a file.
Verdict judge(const std::vector<std::string>& lines) {
    Checker checker;
    for (const auto& line : lines) {
        const auto entry = parse_line(line);
        REQUIRE(entry);
        checker.add(*entry);
    }
    return checker.verdict();
}

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

const std::vector<std::string> kBefore{
    "run 1 1700000000000",
    "poll before snapshot demo always open 1 5 3 pro=2,con=1",
    "thread before demo e 10 4 0",
};

std::vector<std::string> tally(const std::string& voters, const std::string& options) {
    return {"poll after snapshot demo always open 1 9 " + voters + " " + options};
}

bool only(const Verdict& verdict, Violation kind) {
    return !verdict.findings.empty() && verdict.findings.front().kind == kind &&
           verdict.findings.back().kind == kind;
}

}  // namespace

TEST_CASE("checker: acknowledged ballots on top of those before make the tally", "[load]") {
    const auto votes =
        kBefore + std::vector<std::string>{
                      "sent 1 3 0 vote demo pro", "done 1 3 5 6 pro",
                      "sent 2 3 0 vote demo con", "done 2 3 5 7 con",
                      "sent 1 4 9 vote demo con", "done 1 4 12 8 con",  // changes their mind
                      "sent 3 3 9 vote demo pro", "refused 3 3 9 111",
                  };
    CHECK(judge(votes + tally("5", "pro=2,con=3")).ok());
    CHECK(judge(votes + tally("5", "pro=2,con=3")).ballots == 2);
    CHECK(judge(votes + tally("6", "pro=2,con=4")).count(Violation::ballot_doubled) == 1);
    CHECK(judge(votes + tally("4", "pro=1,con=3")).count(Violation::ballot_lost) == 1);
    CHECK(only(judge(votes + tally("5", "pro=3,con=2")), Violation::tally_wrong));
    CHECK(only(judge(votes), Violation::unverified));
}

TEST_CASE("checker: an unanswered vote may count or not, but no more than that", "[load]") {
    const auto votes =
        kBefore + std::vector<std::string>{
                      "sent 1 3 0 vote demo pro", "done 1 3 5 6 pro",
                      "sent 1 4 9 vote demo con", "unknown 1 4",
                      "sent 2 3 9 vote demo con",  // the tool was killed before it could say
                  };
    for (const auto& possible :
         {tally("4", "pro=3,con=1"), tally("4", "pro=2,con=2"), tally("5", "pro=3,con=2"),
          tally("5", "pro=2,con=3")}) {
        CHECK(judge(votes + possible).ok());
        CHECK(judge(votes + possible).unknown == 2);
    }
    CHECK_FALSE(judge(votes + tally("6", "pro=3,con=3")).ok());
    CHECK_FALSE(judge(votes + tally("3", "pro=2,con=1")).ok());
    CHECK_FALSE(judge(votes + tally("5", "pro=4,con=1")).ok());
}

TEST_CASE(
    "checker: the tally follows from any history of votes, and from no other number", "[load]"
) {
    const bool ok = rc::check("a model that is obviously right", [] {
        const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
            rc::gen::pair(rc::gen::inRange(0, 6), rc::gen::inRange(0, 2))
        );
        std::map<int, int> model;
        std::vector<std::string> lines{"run 1 0", "poll before s p always open 1 0 0 a=0,b=0"};
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const auto [voter, option] = steps[i];
            const std::string who = std::to_string(voter) + " " + std::to_string(i);
            const std::string what = option == 0 ? "a" : "b";
            lines.push_back("sent " + who + " 0 vote p " + what);
            lines.push_back("done " + who + " 0 1 " + what);
            model[voter] = option;
        }
        std::array<int, 2> counts{};
        for (const auto& [voter, option] : model) ++counts[static_cast<std::size_t>(option)];
        const auto told = [&](int a, int b) {
            return lines + std::vector<std::string>{
                               "poll after s p always open 1 0 " + std::to_string(a + b) +
                               " a=" + std::to_string(a) + ",b=" + std::to_string(b)
                           };
        };
        RC_ASSERT(judge(told(counts[0], counts[1])).ok());
        RC_ASSERT(!judge(told(counts[0] + 1, counts[1])).ok());
        RC_ASSERT(!judge(told(counts[0] + 1, counts[1] - 1)).ok() || counts[1] == 0);
    });
    CHECK(ok);
}

TEST_CASE("checker: every way of asking must give the same", "[load]") {
    const auto both =
        kBefore + tally("3", "pro=2,con=1") +
        std::vector<std::string>{"poll after http demo always open 1 9 3 pro=1,con=2"};
    CHECK(judge(both).count(Violation::answers_differ) == 1);
}

TEST_CASE("checker: saves are ballots too", "[load]") {
    const auto saves =
        kBefore +
        std::vector<std::string>{
            "sent 1 3 0 save demo on", "done 1 3 5 0 %",         "sent 2 3 0 save demo on",
            "done 2 3 5 0 %",          "sent 1 4 0 save demo %", "done 1 4 5 0 %",
        } +
        tally("3", "pro=2,con=1");
    CHECK(judge(saves + std::vector<std::string>{"thread after demo e 10 4 1"}).ok());
    CHECK_FALSE(judge(saves + std::vector<std::string>{"thread after demo e 10 4 2"}).ok());
}

TEST_CASE("checker: a gap is a loss unless it is filled late, which is disorder", "[load]") {
    const std::vector<std::string> start{"run 1 0", "follows 4 0 fresh thread:t e 10"};
    CHECK(judge(start + std::vector<std::string>{"left 4 1 thread:t e 15"}).ok());
    const auto lost = judge(
        start + std::vector<std::string>{"odd 4 1 gap thread:t 11 13", "left 4 1 thread:t e 15"}
    );
    CHECK(only(lost, Violation::publication_lost));
    CHECK(lost.count(Violation::publication_lost) == 2);
    CHECK(only(
        judge(
            start +
            std::vector<std::string>{
                "odd 4 1 gap thread:t 11 12", "odd 4 1 again thread:t 13 11",
                "left 4 1 thread:t e 15"
            }
        ),
        Violation::reordered
    ));
    CHECK(only(
        judge(
            start +
            std::vector<std::string>{"odd 4 1 again thread:t 13 12", "left 4 1 thread:t e 15"}
        ),
        Violation::publication_doubled
    ));
}

TEST_CASE("checker: who was told to reload has no claim to what came before", "[load]") {
    CHECK(judge({"run 1 0", "follows 4 0 fresh thread:t e 10", "left 4 0 thread:t e 12",
                 "follows 4 0 reload thread:t e 90", "left 4 1 thread:t e 91",
                 "thread after t e 91 0 0"})
              .ok());
    CHECK(
        only(
            judge(
                {"run 1 0", "follows 4 0 fresh thread:t e 10", "left 4 0 thread:t e 12",
                 "follows 4 0 recovered thread:t e 90", "left 4 1 thread:t e 91"}
            ),
            Violation::publication_lost
        ) == false
    );
}

TEST_CASE("checker: a stream that ends early for one subscriber is a loss", "[load]") {
    const std::vector<std::string> streams{
        "run 1 0",
        "follows 4 0 fresh thread:t e 10",
        "left 4 1 thread:t e 20",
        "follows 5 0 fresh thread:t e 10",
        "left 5 1 thread:t e 18",
        "thread after t e 20 0 0"
    };
    const auto verdict = judge(streams);
    CHECK(only(verdict, Violation::publication_lost));
    CHECK(verdict.count(Violation::publication_lost) == 2);
}

TEST_CASE("checker: all must have been told the same", "[load]") {
    CHECK(only(
        judge(
            {"run 1 0", "published 0 thread:t e 3 posted c1", "published 0 thread:t e 3 posted c2"}
        ),
        Violation::reordered
    ));
    CHECK(only(
        judge(
            {"run 1 0", "published 0 thread:t e 3 posted c1", "published 0 thread:t e 4 posted c1"}
        ),
        Violation::publication_doubled
    ));
    CHECK(judge({"run 1 0", "published 0 thread:t e 3 posted c1",
                 "published 1 thread:t e 3 posted c1", "published 0 thread:t e 4 hidden c1"})
              .ok());
}

TEST_CASE("checker: an acknowledged comment stands at its offset, or is lost", "[load]") {
    const std::vector<std::string> comment{
        "run 1 0", "thread before t e 2 2 0", "sent 1 3 0 comment t %", "done 1 3 4 3 c1"
    };
    CHECK(
        judge(
            comment +
            std::vector<std::string>{"published 1 thread:t e 3 posted c1", "thread after t e 3 3 0"}
        )
            .ok()
    );
    CHECK(
        judge(comment + std::vector<std::string>{"thread after t e 2 3 0"})
            .count(Violation::comment_lost) == 1
    );
    CHECK(
        judge(
            comment +
            std::vector<std::string>{"published 1 thread:t e 3 posted c2", "thread after t e 3 3 0"}
        )
            .count(Violation::comment_lost) == 1
    );
    CHECK(
        judge(
            comment +
            std::vector<std::string>{"published 1 thread:t e 3 posted c1", "thread after t e 3 4 0"}
        )
            .count(Violation::comment_count_wrong) == 1
    );
}

TEST_CASE("checker: oddities have names", "[load]") {
    const auto kind_of = [](const std::string& odd) {
        return judge({"run 1 0", "odd 1 0 " + odd + " poll:p 5 4"}).findings.at(0).kind;
    };
    CHECK(kind_of("version-back") == Violation::version_back);
    CHECK(kind_of("version-differs") == Violation::answers_differ);
    CHECK(kind_of("leaked-result") == Violation::hidden_result_leaked);
    CHECK(kind_of("leaked-moderation") == Violation::moderation_leaked);
    CHECK(kind_of("not-protocol") == Violation::not_protocol);
    CHECK(judge({"run 1 0", "stall 100 2001 40"}).findings.at(0).kind == Violation::stall);
    CHECK(
        judge({"run 1 0", "sent 1 2 0 vote p a", "done 1 2 0 1 b",
               "poll after s p always open 1 1 1 a=1"})
            .count(Violation::wrong_answer) == 1
    );
}

TEST_CASE("checker: a server that was away is unverified until it is asked again", "[load]") {
    const std::vector<std::string> killed =
        kBefore + std::vector<std::string>{
                      "sent 1 3 0 vote demo pro", "done 1 3 5 6 pro", "sent 2 3 9 vote demo con",
                      "unknown 2 3", "unreachable connection%20refused"
                  };
    CHECK(only(judge(killed), Violation::unverified));
    // Nobody saw this comment before the server died, which says nothing about it.
    const std::vector<std::string> comment{"sent 4 3 0 comment demo %", "done 4 3 5 11 c1"};
    CHECK(only(
        judge(kBefore + comment + std::vector<std::string>{"unreachable gone"}),
        Violation::unverified
    ));
    const auto back = std::vector<std::string>{"thread after demo e 10 4 0"};
    CHECK(judge(killed + back + tally("4", "pro=3,con=1")).ok());
    CHECK(judge(killed + back + tally("5", "pro=3,con=2")).ok());
    CHECK(judge(killed + back + tally("3", "pro=2,con=1")).count(Violation::ballot_lost) == 1);
}

TEST_CASE("checker: two runs of one server are judged together", "[load]") {
    CHECK(judge(
              kBefore +
              std::vector<std::string>{
                  "sent 1 3 0 vote demo pro", "done 1 3 5 6 pro", "unreachable gone", "run 2 0",
                  "poll before snapshot demo always open 1 6 4 pro=3,con=1",
                  "sent 1 3 0 vote demo con", "done 1 3 5 7 con", "thread after demo e 10 4 0"
              } +
              tally("5", "pro=3,con=2")
    )
              .ok());
}

TEST_CASE("checker: of a thousand losses ten are told in words and all are counted", "[load]") {
    std::vector<std::string> lines{"run 1 0"};
    for (int i = 0; i < 1'000; ++i) {
        lines.push_back("odd " + std::to_string(i) + " 0 version-back poll:p 5 4");
    }
    const auto verdict = judge(lines);
    CHECK(verdict.findings.size() == 11);
    CHECK(verdict.count(Violation::version_back) == 1'000);
}

}  // namespace voxpop::load::test
