// A prepared statement, and the cursor over its rows.
//
//   Statement find(db, "SELECT version FROM polls WHERE id = ?1");
//   if (auto row = find.query("demo"); row.next()) use(row.integer(0));
//   put.run("demo", 7);
//
// A statement is prepared once and used many times; a cursor resets it at its end, so that no read
// stays open. Failures are noted in the database (see there): a failed statement has no rows. What
// is bound must live until the cursor ends, and there may be one cursor per statement.
#pragma once

#include <sqlite3.h>

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "store/sqlite/database.hpp"

namespace voxpop::store::sqlite {

class Statement;

class Cursor {
  public:
    explicit Cursor(Statement& statement) : statement_(statement) {}
    ~Cursor();
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    // Goes to the next row; false when there is none, or the statement failed.
    [[nodiscard]] bool next();

    // Columns of the current row, from 0. Text is valid until next().
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] std::uint64_t count(int column) const;  // an integer that is never negative
    [[nodiscard]] std::string_view text(int column) const;
    [[nodiscard]] std::string string(int column) const { return std::string(text(column)); }
    [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;

  private:
    Statement& statement_;
};

class Statement {
  public:
    // `db` must outlive the statement.
    Statement(Database& db, std::string_view sql);

    // Binds ?1, ?2, … and gives the rows.
    template <class... Args>
    [[nodiscard]] Cursor query(const Args&... args) {
        int index = 0;
        (bind(++index, args), ...);
        return Cursor(*this);
    }

    // The same for a statement that gives no rows.
    template <class... Args>
    void run(const Args&... args) {
        Cursor cursor = query(args...);
        while (cursor.next()) {
        }
    }

    [[nodiscard]] Database& database() const { return db_; }

  private:
    friend class Cursor;
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const noexcept { sqlite3_finalize(handle); }
    };

    void bind(int index, std::string_view text);
    void bind_integer(int index, std::int64_t value);
    void bind(int index, std::nullopt_t);
    template <std::integral T>
    void bind(int index, T value) {
        bind_integer(index, static_cast<std::int64_t>(value));
    }
    template <class T>
    void bind(int index, const std::optional<T>& value) {
        if (value) {
            bind(index, *value);
        } else {
            bind(index, std::nullopt);
        }
    }
    void note(int result_code);

    Database& db_;
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

}  // namespace voxpop::store::sqlite
