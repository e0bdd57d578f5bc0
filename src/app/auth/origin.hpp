// Which web pages may open a socket or call the API: an allow-list of origins, compared as parsed
// scheme, host and port, never as text. Requests without an Origin header do not come from a page
// and are not this class's business.
//
// Threads: immutable after creation.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/origin.hpp"

namespace voxpop::app {

class OriginPolicy {
  public:
    // `origins`: "https://news.example", "https://*.news.example" (any number of labels before it,
    // not the bare domain), with ":port" where it is not the scheme's own. `allow_localhost` adds
    // http and https pages of localhost, 127.0.0.1 and [::1] on any port. The error names the bad
    // entry.
    [[nodiscard]] static std::expected<OriginPolicy, std::string> create(
        const std::vector<std::string>& origins, bool allow_localhost
    );

    // Whether the Origin header's value is on the list. "null" and whatever does not parse is not.
    [[nodiscard]] bool allows(std::string_view origin) const;

  private:
    std::vector<config::OriginPattern> patterns_;
    bool allow_localhost_ = false;
};

}  // namespace voxpop::app
