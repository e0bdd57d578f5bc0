#include "app/rpc/methods.hpp"

#include <array>

#include "app/rpc/calls.hpp"

namespace voxpop::app {
namespace {

using domain::Operation;
using net::CallOrder;

constexpr std::array kMethods = {
    Method{"thread.get", Operation::read_thread, CallOrder::barrier, calls::thread_get},
    Method{"comment.list", Operation::read_thread, CallOrder::barrier, calls::comment_list},
    Method{"comment.post", Operation::post_comment, CallOrder::barrier, calls::comment_post},
    Method{"comment.edit", Operation::edit_own_comment, CallOrder::barrier, calls::comment_edit},
    Method{
        "comment.delete", Operation::delete_own_comment, CallOrder::barrier, calls::comment_delete
    },
    Method{"comment.react", Operation::react, CallOrder::barrier, calls::comment_react},
    Method{"comment.report", Operation::report, CallOrder::barrier, calls::comment_report},
    Method{"poll.get", Operation::read_thread, CallOrder::barrier, calls::poll_get},
    Method{"poll.vote", Operation::vote, CallOrder::write, calls::poll_vote},
    Method{"poll.retract", Operation::vote, CallOrder::write, calls::poll_retract},
    Method{"save.set", Operation::save, CallOrder::write, calls::save_set},
    Method{"tap.add", Operation::tap, CallOrder::write, calls::tap_add},
    Method{"mod.list", Operation::read_moderation, CallOrder::barrier, calls::mod_list},
    Method{"mod.decide", Operation::moderate, CallOrder::barrier, calls::mod_decide},
};

}  // namespace

std::span<const Method> methods() {
    return kMethods;
}

const Method* find_method(std::string_view name) {
    for (const auto& method : kMethods) {
        if (method.name == name) return &method;
    }
    return nullptr;
}

}  // namespace voxpop::app
