#include "domain/identity.hpp"

#include <array>

#include "domain/names.hpp"

namespace voxpop::domain {
namespace {

struct Permission {
    Operation operation;
    bool guest, reader, moderator, admin;
};

constexpr bool yes = true;
constexpr bool no = false;

// clang-format off
constexpr std::array kPermissions = {
    //         operation                         guest  reader moderator admin
    Permission{Operation::read_thread,           yes,   yes,   yes,      yes},
    Permission{Operation::read_results_of_staff, no,    no,    yes,      yes},
    Permission{Operation::vote,                  yes,   yes,   yes,      yes},
    Permission{Operation::save,                  yes,   yes,   yes,      yes},
    Permission{Operation::tap,                   yes,   yes,   yes,      yes},
    Permission{Operation::post_comment,          yes,   yes,   yes,      yes},
    Permission{Operation::edit_own_comment,      yes,   yes,   yes,      yes},
    Permission{Operation::delete_own_comment,    yes,   yes,   yes,      yes},
    Permission{Operation::react,                 yes,   yes,   yes,      yes},
    Permission{Operation::report,                yes,   yes,   yes,      yes},
    Permission{Operation::create_thread_by_use,  yes,   yes,   yes,      yes},
    Permission{Operation::read_moderation,       no,    no,    yes,      yes},
    Permission{Operation::moderate,              no,    no,    yes,      yes},
    Permission{Operation::administer,            no,    no,    no,       yes},
};
// clang-format on

static_assert(kPermissions.size() == static_cast<std::size_t>(Operation::count_));

constexpr std::array<Named<Role>, 4> kRoles{{
    {Role::guest, "guest"},
    {Role::reader, "reader"},
    {Role::moderator, "moderator"},
    {Role::admin, "admin"},
}};

}  // namespace

bool may(Role role, Operation operation) {
    for (const auto& row : kPermissions) {
        if (row.operation != operation) continue;
        switch (role) {
            case Role::guest:
                return row.guest;
            case Role::reader:
                return row.reader;
            case Role::moderator:
                return row.moderator;
            case Role::admin:
                return row.admin;
        }
    }
    return false;
}

std::string_view to_string(Role role) {
    return name_in(kRoles, role);
}
std::optional<Role> parse_role(std::string_view name) {
    return value_in(kRoles, name);
}

}  // namespace voxpop::domain
