// A query's call, and what becomes of its reply.
#pragma once

#include <utility>

#include "store/redis/pack.hpp"
#include "store/redis/queries.hpp"

namespace voxpop::store::redis {

template <class T, class Read>
void Queries::ask(std::string key, Command command, domain::Answer<T> answer, Read read) {
    client_.call(
        key, std::move(command),
        [this, answer = std::move(answer), read = std::move(read)](CallResult result) mutable {
            using base::ErrorCode;
            if (!result.ok()) {
                note_failure(result);
                return answer(base::fail(ErrorCode::store_unavailable, std::move(result.why)));
            }
            Unpacker in(result.view().text());
            auto out = read(in);  // a T, or a Result of one
            if (!in.ok())
                return answer(base::fail(ErrorCode::internal, "what Redis holds cannot be read"));
            answer(std::move(out));
        }
    );
}

}  // namespace voxpop::store::redis
