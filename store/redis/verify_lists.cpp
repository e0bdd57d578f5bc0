#include "store/redis/verify_lists.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <string_view>
#include <utility>

#include "domain/comment.hpp"
#include "store/redis/function_call.hpp"
#include "store/redis/hash_scan.hpp"
#include "store/redis/keys.hpp"
#include "store/redis/pack.hpp"

namespace voxpop::store::redis {
namespace {

using namespace std::chrono_literals;

// An event that is on its way is in both after this time; what moves on is looked at again.
constexpr auto kSettleTime = 1s;
constexpr int kTries = 3;
constexpr int kStates = static_cast<int>(domain::CommentState::deleted) + 1;

std::string in_words(unsigned lists) {
    std::string words;
    for (int state = 0; state < kStates; ++state)
        if ((lists >> state & 1U) != 0) words += " state:" + std::to_string(state);
    if ((lists >> kStates & 1U) != 0) words += " reported";
    return words.empty() ? " nowhere" : words;
}

}  // namespace

void ListCheck::check(const std::vector<base::ThreadId>& threads) {
    find_listed();
    for (const auto& thread : threads) ids_.try_emplace(thread);
    for (auto& [thread, ids] : ids_) {
        scan_hash(
            redis_, keys::of_thread(thread, "comments"),
            [&ids](std::string_view id, std::string_view) { ids.emplace(id); }
        );
        lists_.checked += ids.size();
    }
    std::map<base::ThreadId, std::vector<Difference>> differences;
    for (int i = 0; i < kTries && !ids_.empty() && redis_.ok(); ++i) {
        if (i > 0) redis_.run_until([] { return false; }, kSettleTime);
        differences.clear();
        for (const auto& [thread, ids] : ids_) {
            auto found = compare(thread, ids);
            if (!found.empty()) differences.emplace(thread, std::move(found));
        }
        ids_.clear();
        for (const auto& [thread, found] : differences)
            for (const auto& difference : found) ids_[thread].insert(difference.id);
    }
    if (!redis_.ok()) return;
    for (const auto& [thread, found] : differences)
        for (const auto& difference : found) tell(thread, difference);
}

void ListCheck::find_listed() {
    const auto prefix = site_log_.substr(0, site_log_.size() - std::string_view("log").size());
    for (int state = 0; state < kStates; ++state)
        find_listed(prefix + "state:" + std::to_string(state));
    find_listed(prefix + "reported");
}

// A member is "ID THREAD".
void ListCheck::find_listed(const std::string& list) {
    scan(redis_, "ZSCAN", list, [this](std::string_view member, std::string_view) {
        const auto end = member.find(' ');
        if (end == std::string_view::npos) return;
        const auto thread = base::ThreadId::from(member.substr(end + 1));
        if (thread) ids_[*thread].emplace(member.substr(0, end));
    });
}

std::vector<ListCheck::Difference> ListCheck::compare(
    const base::ThreadId& thread, const Ids& ids
) {
    std::vector<Difference> differences;
    std::vector<std::string> some;
    for (const auto& id : ids) {
        some.push_back(id);
        if (some.size() < kScanCount) continue;
        compare_some(thread, some, differences);
        some.clear();
    }
    if (!some.empty()) compare_some(thread, some, differences);
    return differences;
}

void ListCheck::compare_some(
    const base::ThreadId& thread, const std::vector<std::string>& ids,
    std::vector<Difference>& differences
) {
    const auto key = keys::thread(thread);
    auto of_thread = function_ro("vp_lists", key);
    auto of_site = function_ro("vp_site_lists", site_log_);
    for (const auto& id : ids) {
        of_thread.arg(id);
        of_site.arg(id + ' ' + std::string(thread.view()));
    }
    const auto in_thread = redis_.ask(key, std::move(of_thread));
    const auto in_site = redis_.ask(site_log_, std::move(of_site));
    if (!redis_.ok()) return;
    Unpacker thread_in(in_thread.view().text());
    Unpacker site_in(in_site.view().text());
    for (const auto& id : ids) {
        Difference both{.id = id};
        both.thread = thread_in.u8();
        both.score = thread_in.text8();
        both.site = site_in.u8();
        (void)site_in.text8();
        if (both.thread != both.site) differences.push_back(std::move(both));
    }
}

void ListCheck::tell(const base::ThreadId& thread, const Difference& difference) {
    const auto member = difference.id + ' ' + std::string(thread.view());
    lists_.tell(
        "comment " + difference.id + " of thread " + std::string(thread.view()) + ": the site has" +
        in_words(difference.site) + ", its thread" + in_words(difference.thread)
    );
    if (!repair_) return;
    auto relist = function("vp_site_relist", site_log_);
    relist.arg(member).arg(difference.thread).arg(difference.score);
    (void)redis_.ask(site_log_, std::move(relist));
    if (redis_.ok()) ++lists_.repaired;
}

}  // namespace voxpop::store::redis
