// What the connection layer itself answers when a request cannot be served: a row of the table of
// errors, as everywhere, under the HTTP status that says what is wrong with the request.
#pragma once

#include <string_view>

#include "net/http_handler.hpp"

namespace voxpop::net {

// `status` is one of 400, 403, 405, 413, 426, 431 and 503.
[[nodiscard]] HttpResponse refusal(unsigned status, std::string_view why);

}  // namespace voxpop::net
