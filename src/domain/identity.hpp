// Who somebody is and what each role may do: the one authorisation table, deny by default.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace voxpop::domain {

// `guest` is a reader whom a device token identifies, not the site's account.
enum class Role : std::uint8_t { guest, reader, moderator, admin };

enum class Operation : std::uint8_t {
    read_thread,
    read_results_of_staff,  // tallies that a poll hides from readers
    vote,
    save,
    tap,
    post_comment,
    edit_own_comment,
    delete_own_comment,
    react,
    report,
    create_thread_by_use,
    read_moderation,  // mod: channels, the queue, hidden text and reasons
    moderate,
    administer,  // threads and polls: create, change, open, close
    count_
};

struct Identity {
    base::UserId user;  // the token's `sub`, or "g_…" for a guest
    std::string name;   // what others see; may be empty for guests
    Role role = Role::guest;
    std::optional<base::Time> expires;  // of the token; nothing: never
};

[[nodiscard]] bool may(Role role, Operation operation);

[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view name);

}  // namespace voxpop::domain
