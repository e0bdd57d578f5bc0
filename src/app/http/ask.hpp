// Waiting for the store in a coroutine of a core: the answer comes on the store's thread, the
// coroutine goes on where it was.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

#include "app/core_loop.hpp"
#include "app/services.hpp"
#include "base/error.hpp"
#include "domain/store.hpp"

namespace voxpop::app {

// `start` gets a callable that takes the value once, on this core's thread.
template <class T, class Start>
[[nodiscard]] boost::asio::awaitable<T> wait_for(Start start) {
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(T)>(
        [](auto handler, Start begin) {
            begin([handler = std::move(handler)](T value) mutable { handler(std::move(value)); });
        },
        boost::asio::use_awaitable, std::move(start)
    );
}

// `start` gets an Answer<T> to hand to the store.
template <class T, class Start>
[[nodiscard]] boost::asio::awaitable<base::Result<T>> ask(CoreLoop& loop, Start start) {
    co_return co_await wait_for<base::Result<T>>([&loop,
                                                  start = std::move(start)](auto resume) mutable {
        start(on_loop<base::Result<T>>(loop, std::move(resume)));
    });
}

// Writes and waits for the outcome.
[[nodiscard]] boost::asio::awaitable<domain::Outcome> write_and_wait(
    Services& services, domain::Command command
);

}  // namespace voxpop::app
