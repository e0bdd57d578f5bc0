#include "loadtest/run.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <map>

#include "base/descriptor_limit.hpp"
#include "base/version.hpp"
#include "loadtest/check/journal_file.hpp"
#include "loadtest/control/observe.hpp"
#include "loadtest/report/requirement.hpp"
#include "loadtest/report/warnings.hpp"

namespace voxpop::load {

namespace {

std::string utc_now() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text.data();
}

void fill_counters(Summary& s, const Board& board) {
    s.connect_failures = board.sum(Counter::connect_failures);
    s.lost_connections = board.sum(Counter::lost_connections);
    s.sent = board.sum(Counter::sent);
    s.acknowledged = board.sum(Counter::acknowledged);
    s.unknown = board.sum(Counter::unknown);
    s.unsent = board.sum(Counter::unsent);
    s.deliveries = board.sum(Counter::deliveries);
    s.frames = board.sum(Counter::frames);
    s.bytes_in = board.sum(Counter::bytes_in);
    s.bytes_out = board.sum(Counter::bytes_out);
    s.recovered = board.sum(Counter::recovered);
    s.recovered_publications = board.sum(Counter::recovered_publications);
    s.reloads = board.sum(Counter::reloads);
    s.late = board.sum(Counter::late);
    s.slip_max_ms = static_cast<double>(board.greatest(Counter::slip_max_us)) / 1e3;
    s.client_pause_max_ms = static_cast<double>(board.greatest(Counter::loop_gap_max_us)) / 1e3;
    std::map<std::uint32_t, std::uint64_t> codes;
    for (const auto& worker : board.workers()) {
        for (const auto& refusal : worker.refusals) {
            const auto count = refusal.count.load(std::memory_order_relaxed);
            if (count > 0) codes[refusal.code.load(std::memory_order_relaxed)] += count;
        }
    }
    s.refusals.assign(codes.begin(), codes.end());
    for (std::size_t i = 0; i < kEvents; ++i) {
        const auto event = static_cast<Event>(i);
        const Histogram histogram = board.latency(event);
        if (histogram.count() > 0) s.latency.push_back(make_latency(event, histogram));
    }
}

class Run {
  public:
    Run(const Settings& settings, const RunHooks& hooks, Prepared prepared)
        : settings_(settings),
          hooks_(hooks),
          prepared_(std::move(prepared)),
          crew_(crew_size(
              settings.cores, settings.processes, prepared_.plan.connections(),
              base::raise_descriptor_limit()
          )),
          board_(crew_.workers()) {}

    std::expected<Summary, PrepareFailure> operator()();

  private:
    Conducted conduct_it(Recorder& recorder, JournalFile& file);
    [[nodiscard]] Summary sum_up(const Conducted& conducted, const Recorder& recorder) const;

    const Settings& settings_;
    const RunHooks& hooks_;
    Prepared prepared_;
    CrewSize crew_;
    Board board_;
    bool journal_is_whole_ = true;
    std::string started_at_ = utc_now();
};

std::expected<Summary, PrepareFailure> Run::operator()() {
    auto file = JournalFile::create(settings_.journal_file);
    if (!file) return std::unexpected(PrepareFailure{PrepareError::usage, file.error()});
    journal_is_whole_ = file->append(prepared_.journal);
    if (hooks_.on_plan) hooks_.on_plan(prepared_.plan);

    Recorder recorder(board_, ServerProcesses(prepared_.plan.targets));
    const Conducted conducted = conduct_it(recorder, *file);
    if (!conducted.connected && !conducted.interrupted) {
        return std::unexpected(
            PrepareFailure{PrepareError::unreachable, "no connection could be opened"}
        );
    }
    if (!journal_is_whole_ || board_.sum(Counter::unwritten) > 0) {
        // A verdict on a part of what happened would accuse the server of the rest.
        return std::unexpected(PrepareFailure{
            PrepareError::usage, "the journal could not be written; is the disk full?"
        });
    }
    Checker checker;
    const auto judge = [&](const Entry& entry) { checker.add(entry); };
    if (auto read = file->for_each(judge); !read) {
        return std::unexpected(PrepareFailure{PrepareError::usage, read.error()});
    }
    Summary summary = sum_up(conducted, recorder);
    summary.verdict = checker.verdict();
    summary.refused = summary.verdict.refused;
    summary.warnings = warnings_of(summary);
    for (const auto& text : settings_.requirements) {
        if (const auto requirement = Requirement::parse(text)) {
            summary.requirements.push_back(requirement->judge(summary));
        }
    }
    return summary;
}

Conducted Run::conduct_it(Recorder& recorder, JournalFile& file) {
    ConductOptions options;
    options.crew = crew_;
    options.grace_seconds = settings_.grace_seconds;
    options.journal = file.descriptor();
    options.interrupted = hooks_.interrupted;
    options.on_glance = [&](const Glance& glance) {
        recorder.look(glance);
        if (hooks_.on_glance) hooks_.on_glance(glance, board_, recorder);
    };
    options.before_end = [&] {
        if (prepared_.plan.wire != Wire::centrifuge) return;
        const auto after = observe_settled(prepared_.plan, prepared_.staff_token);
        journal_is_whole_ = file.append(after) && journal_is_whole_;
    };
    return conduct(prepared_.plan, board_, options);
}

Summary Run::sum_up(const Conducted& conducted, const Recorder& recorder) const {
    Summary s;
    s.scenario = settings_.scenario.name;
    s.command_line = settings_.command_line;
    s.version = base::version();
    s.system = describe_system();
    s.started_at = started_at_;
    s.run = prepared_.plan.run;
    for (const Target& target : prepared_.plan.targets) {
        s.targets.push_back("ws://" + target.host_and_port() + target.path);
    }
    s.duration_s = conducted.seconds;
    s.interrupted = conducted.interrupted;
    s.arrivals_count = prepared_.plan.arrivals_are_measured || prepared_.plan.traffic.empty() ||
                       prepared_.plan.storm.every_seconds > 0;
    s.arrivals_are_the_load = prepared_.plan.arrivals_are_measured;
    s.connections = prepared_.plan.connections();
    s.ready_at_start = conducted.ready_at_start;
    s.lost_processes = conducted.lost_processes;
    s.workers = crew_.workers();
    s.server_version = prepared_.server_version;
    s.notes = prepared_.notes;
    recorder.fill(s);
    fill_counters(s, board_);
    return s;
}

}  // namespace

std::expected<Summary, PrepareFailure> run_load(const Settings& settings, const RunHooks& hooks) {
    auto prepared = prepare(settings);
    if (!prepared) return std::unexpected(prepared.error());
    return Run(settings, hooks, *std::move(prepared))();
}

}  // namespace voxpop::load
