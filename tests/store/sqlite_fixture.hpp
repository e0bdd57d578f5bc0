// An SQLite store on a file of its own, driven synchronously, and the commands that its tests begin
// with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "store/sqlite/sqlite_store.hpp"
#include "tests/store/recorder.hpp"
#include "tests/store/temporary_folder.hpp"

namespace voxpop::store {

inline const base::Time kSomeTime = base::from_millis(1'700'000'000'000);

inline base::UserId voter(std::uint64_t number) {
    return base::UserId::from("voter-" + std::to_string(number)).value();
}

inline domain::PutThread put_thread(std::string_view id) {
    return {
        .thread = {.id = base::ThreadId::from(id).value(), .title = "A page", .created = kSomeTime}
    };
}

// An open poll `demo` in the thread `demo`, with the options pro and con.
inline domain::PutPoll put_poll() {
    domain::Poll poll{
        .id = base::PollId::from("demo").value(),
        .thread = base::ThreadId::from("demo").value(),
        .question = "For or against?",
        .state = domain::PollState::open,
        .created = kSomeTime,
    };
    for (const auto* name : {"pro", "con"}) {
        poll.options.push_back({base::OptionId::from(name).value(), name});
    }
    return {.poll = std::move(poll)};
}

inline domain::BoxId poll_box() {
    return put_poll().poll.box();
}

inline domain::Choose vote(std::uint64_t number, std::size_t option) {
    return {
        .box = poll_box(),
        .thread = base::ThreadId::from("demo").value(),
        .voter = voter(number),
        .options = domain::OptionSet::of(option),
        .at = kSomeTime,
    };
}

// A visible comment in the thread `demo`; a reply when `root` is not zero.
inline domain::Append post(
    std::uint64_t number, std::uint64_t root = 0, std::string text = "Well said."
) {
    domain::Append append{.change = {.visible_delta = 1, .actor = voter(number), .at = kSomeTime}};
    append.change.after = {
        .id = base::CommentId(number),
        .thread = base::ThreadId::from("demo").value(),
        .parent = base::CommentId(root),
        .root = base::CommentId(root != 0 ? root : number),
        .author = {voter(number), "Reader"},
        .text = std::move(text),
        .created = kSomeTime,
    };
    return append;
}

class SqliteFixture {
  public:
    SqliteFixture() : SqliteFixture(SqliteStore::Options{}) {}
    explicit SqliteFixture(SqliteStore::Options options) : options_(options) {}
    ~SqliteFixture() { close(); }
    SqliteFixture(const SqliteFixture&) = delete;
    SqliteFixture& operator=(const SqliteFixture&) = delete;

    [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "voxpop.db"; }
    [[nodiscard]] SqliteStore& store() { return *store_; }
    [[nodiscard]] Recorder& recorder() { return *recorder_; }

    void open() {
        recorder_ = std::make_unique<Recorder>();
        store_ = std::make_unique<SqliteStore>(file(), options_);
        store_->start(*recorder_);
    }
    void close() { store_.reset(); }

    // The thread and the poll that everything happens in.
    void open_with_demo() {
        open();
        if (!write(put_thread("demo")) || !write(put_poll())) throw std::runtime_error("refused");
    }

    domain::Outcome write(domain::Command command) {
        std::vector<domain::Write> writes;
        writes.push_back({{.serial = ++serial_}, std::move(command)});
        if (auto accepted = store_->submit(writes); !accepted)
            return std::unexpected(accepted.error());
        return recorder_->wait_for(serial_);
    }

    // All at once; the outcome is the last one's.
    domain::Outcome write_all(std::vector<domain::Command> commands) {
        std::vector<domain::Write> writes;
        for (auto& command : commands)
            writes.push_back({{.serial = ++serial_}, std::move(command)});
        if (auto accepted = store_->submit(writes); !accepted)
            return std::unexpected(accepted.error());
        return recorder_->wait_for(serial_);
    }

    // Asks with `ask(store, answer)` and waits.
    template <class T, class Ask>
    base::Result<T> wait_for(Ask ask) {
        std::promise<base::Result<T>> promise;
        ask(*store_, domain::Answer<T>([&](base::Result<T> result) {
            promise.set_value(std::move(result));
        }));
        return promise.get_future().get();
    }
    domain::ThreadView thread() {
        return wait_for<domain::ThreadView>([](domain::Store& store, auto answer) {
                   store.thread(base::ThreadId::from("demo").value(), std::move(answer));
               }
        ).value();
    }
    std::vector<domain::OptionSet> ballots(const base::UserId& who) {
        return wait_for<std::vector<domain::OptionSet>>([&](domain::Store& store, auto answer) {
                   const auto thread = base::ThreadId::from("demo").value();
                   store.ballots(thread, who, {poll_box()}, std::move(answer));
               }
        ).value();
    }

  private:
    TemporaryFolder folder_;
    SqliteStore::Options options_;
    std::unique_ptr<Recorder> recorder_;
    std::unique_ptr<SqliteStore> store_;
    std::uint64_t serial_ = 0;
};

}  // namespace voxpop::store
