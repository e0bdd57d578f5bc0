// The remote calls, by noun; one file each. Signature and rules: methods.hpp.
#pragma once

#include "app/rpc/params.hpp"
#include "app/services.hpp"

namespace voxpop::app::calls {

void thread_get(Services&, const net::Caller&, const Params&, Reply);

void comment_list(Services&, const net::Caller&, const Params&, Reply);
void comment_post(Services&, const net::Caller&, const Params&, Reply);
void comment_edit(Services&, const net::Caller&, const Params&, Reply);
void comment_delete(Services&, const net::Caller&, const Params&, Reply);
void comment_react(Services&, const net::Caller&, const Params&, Reply);
void comment_report(Services&, const net::Caller&, const Params&, Reply);

void poll_get(Services&, const net::Caller&, const Params&, Reply);
void poll_vote(Services&, const net::Caller&, const Params&, Reply);
void poll_retract(Services&, const net::Caller&, const Params&, Reply);

void save_set(Services&, const net::Caller&, const Params&, Reply);

void tap_add(Services&, const net::Caller&, const Params&, Reply);

void mod_list(Services&, const net::Caller&, const Params&, Reply);
void mod_decide(Services&, const net::Caller&, const Params&, Reply);

}  // namespace voxpop::app::calls
