#include "loadtest/engine/worker.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <limits>

#include "loadtest/machine/process.hpp"

namespace voxpop::load {

namespace {

constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kReportNs = 50'000'000;
constexpr std::int64_t kTickNs = 10'000'000;  // at the longest: handlers make things due as well

std::uint64_t thread_cpu_us() {
    rusage usage{};
    ::getrusage(RUSAGE_THREAD, &usage);
    const auto us = [](const timeval& t) { return t.tv_sec * 1'000'000 + t.tv_usec; };
    return static_cast<std::uint64_t>(us(usage.ru_utime) + us(usage.ru_stime));
}

Share share_of(const WorkerPlace& place, std::uint64_t seed) {
    return {place.index, place.workers, seed ^ (place.index + 1) * 0x9e3779b97f4a7c15ULL};
}

}  // namespace

Worker::Worker(const Plan& plan, WorkerPlace place, Board& board, int journal)
    : plan_(plan),
      place_(place),
      shared_(board.head()),
      board_(board.workers()[place.index]),
      arrivals_(plan.arrivals, Spacing::even, share_of(place, plan.run)),
      memory_before_(process_use(::getpid()).memory_bytes) {
    if (plan.wire == Wire::ws_raw) {
        hire(std::make_unique<RawReaders>(plan, place.readers.count, place.readers.first, board_));
    } else {
        hire(std::make_unique<Readers>(plan, place.readers, shared_, board_, journal));
    }
    std::uint64_t seed = plan.run;
    for (const TrafficPlan& t : plan.traffic) {
        traffic_.push_back({t.command, Schedule(t.curve, t.spacing, share_of(place, ++seed))});
    }
}

template <class AnyCrowd>
void Worker::hire(std::unique_ptr<AnyCrowd> crowd) {
    TransportOptions options{
        .targets = plan_.targets,
        .origin = plan_.origin,
        .slots = place_.readers.count,
        .seed = plan_.run + place_.index,
        .first_source = 1 + place_.index * kSourceAddresses,
    };
    transport_ = std::make_unique<Transport>(io_, std::move(options), *crowd, board_);
    crowd->attach(*transport_);
    crowd_ = std::move(crowd);
}

void Worker::run() {
    next_tick_ns_ = now_ns();
    tick();
    io_.run();
    crowd_->finish();
    report(now_ns());
    board_.finished.store(true, std::memory_order_release);
}

void Worker::tick() {
    const Phase phase = shared_.phase.load(std::memory_order_acquire);
    if (phase == Phase::finishing) return io_.stop();
    const std::int64_t now = now_ns();
    // Whatever is late is the tool's own doing: its handlers took long, or it was not let run.
    const auto late_us = std::max<std::int64_t>(0, now - next_tick_ns_) / 1000;
    board_.raise(Counter::loop_gap_max_us, static_cast<std::uint64_t>(late_us));
    std::int64_t next = std::min(now + kTickNs, arrive_due(now, phase));
    if (phase == Phase::running) {
        next = std::min(next, send_due(now));
        next = std::min(next, storm_due(now));
    }
    next = std::min(next, crowd_->tend(now));
    if (now >= next_report_ns_) report(now);
    next_tick_ns_ = std::max(next, now);
    crowd_->back_by(now, next_tick_ns_);
    timer_.expires_at(std::chrono::steady_clock::time_point(std::chrono::nanoseconds(next)));
    timer_.async_wait([this](boost::system::error_code error) {
        if (!error) tick();
    });
}

std::int64_t Worker::arrive_due(std::int64_t now, Phase phase) {
    if (phase > Phase::running) return kNever;
    const bool wait = plan_.arrivals_are_measured && phase == Phase::arriving;
    if (wait) return kNever;
    const std::int64_t zero = plan_.arrivals_are_measured
                                  ? shared_.start_ns.load(std::memory_order_relaxed)
                                  : plan_.began_ns;
    while (arrived_ < place_.readers.count) {
        const auto at = arrivals_.peek();
        // Rounding may leave the last one without a moment of its own.
        const std::int64_t intended = at ? zero + at->count() : now;
        if (intended > now) return intended;
        crowd_->arrive(arrived_++, intended);
        if (at) arrivals_.advance();
    }
    return kNever;
}

std::int64_t Worker::send_due(std::int64_t now) {
    const std::int64_t zero = shared_.start_ns.load(std::memory_order_relaxed);
    std::int64_t next = kNever;
    for (Traffic& traffic : traffic_) {
        while (const auto at = traffic.schedule.peek()) {
            const std::int64_t intended = zero + at->count();
            if (intended > now) {
                next = std::min(next, intended);
                break;
            }
            note_lateness(intended, now);
            if (!crowd_->command(traffic.command, intended)) board_.add(Counter::unsent);
            traffic.schedule.advance();
        }
    }
    return next;
}

std::int64_t Worker::storm_due(std::int64_t now) {
    if (plan_.storm.every_seconds <= 0) return kNever;
    const std::int64_t zero = shared_.start_ns.load(std::memory_order_relaxed);
    const auto every = static_cast<std::int64_t>(plan_.storm.every_seconds * 1e9);
    const std::int64_t intended = zero + (storms_ + 1) * every;
    if (intended > now) return intended;
    ++storms_;
    crowd_->cut(plan_.storm.share, intended);
    return intended + every;
}

void Worker::note_lateness(std::int64_t intended, std::int64_t now) {
    const std::int64_t slip = now - intended;
    if (slip > kLateNs) board_.add(Counter::late);
    board_.raise(
        Counter::slip_max_us, static_cast<std::uint64_t>(std::max<std::int64_t>(0, slip / 1000))
    );
}

void Worker::report(std::int64_t now) {
    next_report_ns_ = now + kReportNs;
    crowd_->report();
    board_.set(Counter::cpu_us, thread_cpu_us());
    if (!place_.reports_memory) return;
    const auto memory = process_use(::getpid()).memory_bytes;
    board_.set(Counter::memory_bytes, memory - std::min(memory, memory_before_));
}

}  // namespace voxpop::load
