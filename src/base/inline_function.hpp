// A move-only callable that never allocates: what it captures must fit. For callbacks of the hot
// path. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace voxpop::base {

template <class Signature, std::size_t Capacity>
class InlineFunction;

template <class R, class... Args, std::size_t Capacity>
class InlineFunction<R(Args...), Capacity> {
  public:
    InlineFunction() = default;

    template <class F>
        requires(!std::is_same_v<std::remove_cvref_t<F>, InlineFunction> && std::is_invocable_r_v<R, F&, Args...>)
    InlineFunction(F&& function)
        : actions_(&kActions<std::decay_t<F>>) {  // NOLINT: converts like std::function
        using Held = std::decay_t<F>;
        static_assert(sizeof(Held) <= Capacity, "capture less, or give the callback more room");
        static_assert(alignof(Held) <= alignof(std::max_align_t));
        static_assert(std::is_nothrow_move_constructible_v<Held>);
        ::new (static_cast<void*>(storage_.data())) Held(std::forward<F>(function));
    }

    InlineFunction(InlineFunction&& other) noexcept { take(other); }
    InlineFunction& operator=(InlineFunction&& other) noexcept {
        if (this != &other) {
            reset();
            take(other);
        }
        return *this;
    }
    ~InlineFunction() { reset(); }

    // Must not be empty.
    R operator()(Args... args) {
        return actions_->call(storage_.data(), std::forward<Args>(args)...);
    }
    [[nodiscard]] explicit operator bool() const { return actions_ != nullptr; }

  private:
    struct Actions {
        R (*call)(void*, Args&&...);
        void (*move)(void* from, void* to) noexcept;  // leaves nothing behind
        void (*destroy)(void*) noexcept;
    };
    template <class Held>
    static constexpr Actions kActions = {
        [](void* held, Args&&... args) -> R {
            return (*static_cast<Held*>(held))(std::forward<Args>(args)...);
        },
        [](void* from, void* to) noexcept {
            ::new (to) Held(std::move(*static_cast<Held*>(from)));
            std::destroy_at(static_cast<Held*>(from));
        },
        [](void* held) noexcept { std::destroy_at(static_cast<Held*>(held)); },
    };

    void take(InlineFunction& other) noexcept {
        if (other.actions_ == nullptr) return;
        other.actions_->move(other.storage_.data(), storage_.data());
        actions_ = std::exchange(other.actions_, nullptr);
    }
    void reset() noexcept {
        if (actions_ != nullptr) std::exchange(actions_, nullptr)->destroy(storage_.data());
    }

    alignas(std::max_align_t) std::array<std::byte, Capacity> storage_;
    const Actions* actions_ = nullptr;
};

}  // namespace voxpop::base
