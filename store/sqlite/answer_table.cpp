#include "store/sqlite/answer_table.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "store/sqlite/rows.hpp"

namespace voxpop::store::sqlite {
namespace {

using namespace domain;

constexpr std::size_t kForgottenPerGroup = 16;

AnswerTable::Answer answer_of(const Cursor& row, Database& db) {
    const auto after = row.optional_integer(3);
    if (after)
        return Chosen{OptionSet(row.count(2)), OptionSet(static_cast<std::uint64_t>(*after)), {}};
    return Appended{
        .comment = comment_id(row.integer(4)),
        .offset = row.count(5),
        .state = known(parse_comment_state(row.text(6)), db),
        .version = static_cast<std::uint32_t>(row.integer(7)),
    };
}

}  // namespace

AnswerTable::AnswerTable(Database& db)
    : db_(db),
      find_(
          db,
          "SELECT fingerprint, at, before, after, comment, log_offset, state, version FROM answers"
          " WHERE user = ?1 AND key = ?2"
      ),
      put_(
          db,
          "INSERT OR REPLACE INTO answers"
          " (user, key, fingerprint, at, before, after, comment, log_offset, state, version)"
          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
      ),
      forget_(
          db,
          "DELETE FROM answers WHERE (user, key) IN"
          " (SELECT user, key FROM answers WHERE at < ?1 ORDER BY at LIMIT ?2)"
      ) {}

base::Result<std::optional<AnswerTable::Answer>> AnswerTable::find(
    const Idempotency& idempotency, base::Time now
) {
    now_ = std::max(now_, now);
    if (!idempotency.given()) return std::nullopt;
    auto row = find_.query(idempotency.user.view(), idempotency.key.view());
    if (!row.next()) return std::nullopt;
    if (base::from_millis(row.integer(1)) + base::limits::kIdempotencyTtl < now)
        return std::nullopt;
    if (row.count(0) != idempotency.fingerprint) return base::fail(base::ErrorCode::key_reused);
    return answer_of(row, db_);
}

void AnswerTable::remember(const Idempotency& idempotency, base::Time now, const Chosen& chosen) {
    if (!idempotency.given()) return;
    ++added_;
    constexpr auto none = std::nullopt;
    put_.run(
        idempotency.user.view(), idempotency.key.view(), idempotency.fingerprint,
        base::to_millis(now), chosen.before.bits(), chosen.after.bits(), none, none, none, none
    );
}

void AnswerTable::remember(
    const Idempotency& idempotency, base::Time now, const Appended& appended
) {
    if (!idempotency.given()) return;
    ++added_;
    constexpr auto none = std::nullopt;
    put_.run(
        idempotency.user.view(), idempotency.key.view(), idempotency.fingerprint,
        base::to_millis(now), none, none, appended.comment.value(), appended.offset,
        to_string(appended.state), appended.version
    );
}

void AnswerTable::forget_some() {
    const auto limit = kForgottenPerGroup + 2 * std::exchange(added_, 0);
    forget_.run(base::to_millis(now_ - base::limits::kIdempotencyTtl), limit);
}

}  // namespace voxpop::store::sqlite
