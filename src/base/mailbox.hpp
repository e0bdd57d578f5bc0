// A many-producers, one-consumer queue between threads, with one wake-up per batch.
//
// Producers push onto a lock-free list; whoever finds it empty wakes the consumer, everybody else
// only pushes. The consumer takes the whole list at once and sees it in push order (per producer:
// the order in which it pushed). The wake-up is a callback given at construction, so the mailbox
// knows no event loop; it must be callable from any thread and must lead to drain() soon.
//
// The mailbox is unbounded by itself: its owners bound what they put in (limits.hpp names the
// bounds).
#pragma once

#include <atomic>
#include <functional>
#include <utility>

namespace voxpop::base {

template <class T>
class Mailbox {
  public:
    explicit Mailbox(std::function<void()> wake) : wake_(std::move(wake)) {}
    ~Mailbox() {
        drain([](T&&) {});
    }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    // Any thread.
    void push(T item) {
        auto* node = new Node{nullptr, std::move(item)};  // owned by the list until drain()
        Node* head = head_.load(std::memory_order_relaxed);
        do {
            node->next = head;
        } while (!head_.compare_exchange_weak(
            head, node, std::memory_order_release, std::memory_order_relaxed
        ));
        if (head == nullptr) wake_();
    }

    // The consumer's thread. Calls `take(T&&)` for everything pushed so far, oldest first; returns
    // how many there were.
    template <class Take>
    std::size_t drain(Take&& take) {
        // acquire: pairs with the release in push(), the items' bytes are visible.
        Node* newest = head_.exchange(nullptr, std::memory_order_acquire);
        Node* oldest = nullptr;
        while (newest != nullptr) {
            Node* next = newest->next;
            newest->next = oldest;
            oldest = newest;
            newest = next;
        }
        std::size_t count = 0;
        while (oldest != nullptr) {
            Node* next = oldest->next;
            take(std::move(oldest->item));
            delete oldest;
            oldest = next;
            ++count;
        }
        return count;
    }

  private:
    struct Node {
        Node* next;
        T item;
    };

    std::function<void()> wake_;
    alignas(64) std::atomic<Node*> head_{nullptr};
};

}  // namespace voxpop::base
