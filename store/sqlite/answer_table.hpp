// The first answers to commands that came with an idempotency key, kept for kIdempotencyTtl.
//
// The writer's thread only. Time is that of the commands: the newest receipt time seen.
#pragma once

#include <optional>
#include <variant>

#include "domain/commands.hpp"
#include "store/sqlite/statement.hpp"

namespace voxpop::store::sqlite {

class AnswerTable {
  public:
    using Answer = std::variant<domain::Chosen, domain::Appended>;  // a Chosen without its tally

    explicit AnswerTable(Database& db);

    // What the key got before; nothing when it is new, expired or not given. Error: key_reused.
    [[nodiscard]] base::Result<std::optional<Answer>> find(
        const domain::Idempotency& idempotency, base::Time now
    );
    void remember(
        const domain::Idempotency& idempotency, base::Time now, const domain::Chosen& chosen
    );
    void remember(
        const domain::Idempotency& idempotency, base::Time now, const domain::Appended& appended
    );

    // Drops expired answers in a step of bounded size: more than the group added, so that the table
    // shrinks to what it has to hold.
    void forget_some();

  private:
    Database& db_;
    base::Time now_{};
    std::size_t added_ = 0;  // since forget_some()
    Statement find_;
    Statement put_;
    Statement forget_;
};

}  // namespace voxpop::store::sqlite
