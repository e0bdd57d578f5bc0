#include "loadtest/report/requirement.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

namespace voxpop::load {

namespace {

struct Quantity {
    std::string_view name;
    std::string_view meaning;
    double (*of)(const Summary&);
};

double count_of(const Summary& s, std::initializer_list<Violation> kinds) {
    return std::accumulate(kinds.begin(), kinds.end(), 0.0, [&](double sum, Violation kind) {
        return sum + static_cast<double>(s.verdict.count(kind));
    });
}

double as_double(std::uint64_t n) {
    return static_cast<double>(n);
}

// clang-format off
constexpr std::array kQuantities{
    Quantity{"lost", "acknowledged ballots and comments, and publications, that are missing",
             [](const Summary& s) { return count_of(s, {Violation::ballot_lost, Violation::comment_lost, Violation::publication_lost}); }},
    Quantity{"doubled", "ballots counted and publications given more than once",
             [](const Summary& s) { return count_of(s, {Violation::ballot_doubled, Violation::publication_doubled}); }},
    Quantity{"reordered", "publications out of order, versions that went back",
             [](const Summary& s) { return count_of(s, {Violation::reordered, Violation::version_back}); }},
    Quantity{"leaked", "hidden results and moderators' data shown to others",
             [](const Summary& s) { return count_of(s, {Violation::hidden_result_leaked, Violation::moderation_leaked}); }},
    Quantity{"stalls", "times when the server said nothing for a second",
             [](const Summary& s) { return count_of(s, {Violation::stall}); }},
    Quantity{"violations", "everything the verdict objects to",
             [](const Summary& s) { return std::accumulate(s.verdict.findings.begin(), s.verdict.findings.end(), 0.0, [](double sum, const Finding& f) { return sum + as_double(f.times); }); }},
    Quantity{"connections", "connections open at once", [](const Summary& s) { return as_double(s.connections_peak); }},
    Quantity{"connect_failures", "attempts to connect that failed", [](const Summary& s) { return as_double(s.connect_failures); }},
    Quantity{"lost_connections", "connections that the server ended", [](const Summary& s) { return as_double(s.lost_connections); }},
    Quantity{"sent", "commands sent", [](const Summary& s) { return as_double(s.sent); }},
    Quantity{"acknowledged", "commands acknowledged", [](const Summary& s) { return as_double(s.acknowledged); }},
    Quantity{"acknowledged_per_second", "the same, per second", [](const Summary& s) { return as_double(s.acknowledged) / s.seconds_or_one(); }},
    Quantity{"refused", "answers with an error", [](const Summary& s) { return as_double(s.refused); }},
    Quantity{"unknown", "commands without an answer", [](const Summary& s) { return as_double(s.unknown); }},
    Quantity{"deliveries", "publications received", [](const Summary& s) { return as_double(s.deliveries); }},
    Quantity{"deliveries_per_second", "the same, per second", [](const Summary& s) { return as_double(s.deliveries) / s.seconds_or_one(); }},
    Quantity{"reloads", "streams that were told to reload", [](const Summary& s) { return as_double(s.reloads); }},
    Quantity{"client_cpu", "share of a core of the busiest worker, 0 to 1", [](const Summary& s) { return s.client_cpu; }},
    Quantity{"server_cpu", "cores that the server used", [](const Summary& s) { return s.server_cpu; }},
    Quantity{"server_memory_mb", "the server's memory at the end", [](const Summary& s) { return s.server_memory_mb; }},
};

constexpr std::array<std::pair<std::string_view, double Latency::*>, 6> kLatencies{{
    {"p50_ms", &Latency::p50}, {"p90_ms", &Latency::p90}, {"p99_ms", &Latency::p99},
    {"p999_ms", &Latency::p999}, {"max_ms", &Latency::max}, {"mean_ms", &Latency::mean},
}};
// clang-format on

// Whether an event counts for a latency that is not asked for by event.
bool counts(const Summary& summary, Event event) {
    const bool arrival = event == Event::connect || event == Event::subscribe;
    return !arrival || summary.arrivals_count;
}

struct LatencyName {
    std::optional<Event> event;  // none: the worst of all
    double Latency::* member;
};

std::optional<LatencyName> find_latency(std::string_view name) {
    LatencyName out{std::nullopt, nullptr};
    if (const auto dot = name.find('.'); dot != std::string_view::npos) {
        for (std::size_t i = 0; i < kEvents; ++i) {
            if (to_string(static_cast<Event>(i)) == name.substr(0, dot))
                out.event = static_cast<Event>(i);
        }
        if (!out.event) return std::nullopt;
        name.remove_prefix(dot + 1);
    }
    for (const auto& [known, member] : kLatencies) {
        if (known == name) out.member = member;
    }
    if (out.member == nullptr) return std::nullopt;
    return out;
}

double latency_value(const Summary& summary, const LatencyName& name) {
    double worst = 0;
    for (const Latency& row : summary.latency) {
        const bool wanted = name.event ? row.event == *name.event : counts(summary, row.event);
        if (wanted) worst = std::max(worst, row.*name.member);
    }
    return worst;
}

const Quantity* find_quantity(std::string_view name) {
    const auto at = std::ranges::find(kQuantities, name, &Quantity::name);
    return at == kQuantities.end() ? nullptr : &*at;
}

std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
        }
    }
    return row.back();
}

std::string nearest(std::string_view name) {
    std::string best;
    std::size_t least = std::string_view::npos;
    const auto offer = [&](std::string_view known) {
        const auto d = distance(name, known);
        if (d < least) {
            least = d;
            best = known;
        }
    };
    for (const auto& quantity : kQuantities) offer(quantity.name);
    for (const auto& [known, member] : kLatencies) offer(known);
    return best;
}

}  // namespace

std::expected<Requirement, std::string> Requirement::parse(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, Relation>, 6> kRelations{{
        {"<=", Relation::at_most},
        {">=", Relation::at_least},
        {"==", Relation::equal},
        {"!=", Relation::unequal},
        {"<", Relation::less},
        {">", Relation::more},
    }};
    std::string compact;
    std::ranges::copy_if(text, std::back_inserter(compact), [](char c) { return c != ' '; });
    Requirement out;
    out.text_ = text;
    const auto at = compact.find_first_of("<>=!");
    out.name_ = compact.substr(0, at);
    std::string_view rest =
        at == std::string::npos ? std::string_view{} : std::string_view(compact).substr(at);
    const auto relation =
        std::ranges::find_if(kRelations, [&](const auto& r) { return rest.starts_with(r.first); });
    if (relation == kRelations.end()) {
        return std::unexpected("\"" + out.text_ + "\" is not NAME<NUMBER (or <=, >, >=, ==, !=)");
    }
    out.relation_ = relation->second;
    rest.remove_prefix(relation->first.size());
    const auto end = std::from_chars(rest.data(), rest.data() + rest.size(), out.limit_);
    if (end.ec != std::errc{} || end.ptr != rest.data() + rest.size()) {
        return std::unexpected(
            "\"" + out.text_ + "\": \"" + std::string(rest) + "\" is not a number"
        );
    }
    if (find_quantity(out.name_) == nullptr && !find_latency(out.name_)) {
        return std::unexpected(
            "\"" + out.text_ + "\": there is no \"" + out.name_ + "\"; did you mean \"" +
            nearest(out.name_) + "\"?"
        );
    }
    return out;
}

Summary::Requirement Requirement::judge(const Summary& summary) const {
    const Quantity* quantity = find_quantity(name_);
    const double value =
        quantity != nullptr ? quantity->of(summary) : latency_value(summary, *find_latency(name_));
    bool met = false;
    switch (relation_) {
        case Relation::less:
            met = value < limit_;
            break;
        case Relation::at_most:
            met = value <= limit_;
            break;
        case Relation::equal:
            met = value == limit_;
            break;
        case Relation::unequal:
            met = value != limit_;
            break;
        case Relation::at_least:
            met = value >= limit_;
            break;
        case Relation::more:
            met = value > limit_;
            break;
    }
    return {text_, value, met};
}

std::string describe_requirements() {
    std::string out =
        "What --require can ask for:\n"
        "  p50_ms p90_ms p99_ms p999_ms max_ms mean_ms\n"
        "      latency of the worst kind of event; of one kind: vote.p99_ms, see_comment.p50_ms "
        "…\n";
    for (const auto& quantity : kQuantities) {
        out += "  " + std::string(quantity.name) +
               std::string(quantity.name.size() < 24 ? 24 - quantity.name.size() : 1, ' ') +
               std::string(quantity.meaning) + "\n";
    }
    return out;
}

}  // namespace voxpop::load
