#include "app/encode.hpp"

namespace voxpop::app {

using base::JsonWriter;
using base::to_millis;

void write_counts(JsonWriter& out, const LiveCounts& counts) {
    out.object();
    if (counts.version != 0) out.field("version", counts.version);
    out.field("comments", counts.stored.comments)
        .field("saves", counts.stored.saves)
        .field("viewers", counts.viewers());
    using enum domain::CounterKind;
    const auto& counters = counts.stored.counters;
    out.field("hearts", counters[static_cast<std::size_t>(heart)])
        .field("claps", counters[static_cast<std::size_t>(clap)])
        .field("views", counters[static_cast<std::size_t>(view)])
        .end();
}

void write_comment(
    JsonWriter& out, const domain::Comment& comment, Audience audience,
    std::optional<std::string_view> reaction
) {
    out.object().field("id", comment.id.str()).field("thread", comment.thread.view());
    out.key("parent");
    comment.parent.empty() ? out.null() : out.value(comment.parent.str());
    out.field("root", comment.root.str()).key("author");
    if (comment.author.user.empty()) {
        out.null();
    } else {
        out.object()
            .field("id", comment.author.user.view())
            .field("name", comment.author.name)
            .end();
    }
    out.field("text", comment.text).field("created_ms", to_millis(comment.created));
    if (comment.edited) out.field("edited_ms", to_millis(*comment.edited));
    out.field("state", domain::to_string(comment.state))
        .field("version", comment.version)
        .field("replies", comment.replies)
        .field("likes", comment.likes)
        .field("dislikes", comment.dislikes);
    if (audience == Audience::moderators) out.field("reports", comment.reports);
    if (reaction) {
        out.key("reaction");
        reaction->empty() ? out.null() : out.value(*reaction);
    }
    out.end();
}

std::string comment_page(const domain::CommentPage& page, Audience audience) {
    JsonWriter out;
    out.object().key("comments").array();
    for (const auto& comment : page.comments) write_comment(out, comment, audience);
    out.end()
        .field("next", page.next)
        .field("epoch", page.position.epoch)
        .field("offset", page.position.offset)
        .end();
    return out.take();
}

void write_thread(JsonWriter& out, const domain::Thread& thread) {
    out.object()
        .field("id", thread.id.view())
        .field("title", thread.title)
        .field("url", thread.url)
        .field("state", thread.state == domain::ThreadState::open ? "open" : "closed")
        .field("premoderated", thread.premoderated)
        .field("created_ms", to_millis(thread.created))
        .field("version", thread.version)
        .end();
}

namespace {

void write_definition_fields(JsonWriter& out, const domain::Poll& poll) {
    out.field("id", poll.id.view())
        .field("thread", poll.thread.view())
        .field("question", poll.question)
        .key("options")
        .array();
    for (const auto& option : poll.options) {
        out.object().field("id", option.id.view()).field("label", option.label).end();
    }
    out.end()
        .field("min", poll.min)
        .field("max", poll.max)
        .field("policy", domain::to_string(poll.policy))
        .field("results", domain::to_string(poll.results))
        .field("state", domain::to_string(poll.state))
        .field("round", poll.round);
    if (poll.opens_at) out.field("opens_ms", to_millis(*poll.opens_at));
    if (poll.closes_at) out.field("closes_ms", to_millis(*poll.closes_at));
    out.field("version", poll.version);
}

// Adds version, voters and options to the object that is open.
void write_tally_fields(JsonWriter& out, const domain::Poll& poll, const domain::Tally& tally) {
    out.field("version", tally.version).field("voters", tally.voters).key("options").object();
    for (std::size_t i = 0; i < poll.options.size(); ++i) {
        out.field(poll.options[i].id.view(), tally.counts[i]);
    }
    out.end();
}

}  // namespace

void write_tally(JsonWriter& out, const domain::Poll& poll, const domain::Tally& tally) {
    out.object();
    write_tally_fields(out, poll, tally);
    out.end();
}

void write_poll(JsonWriter& out, const domain::PollView& view, const PollReader& reader) {
    out.object();
    write_definition_fields(out, view.poll);
    const bool voted = reader.choice && !reader.choice->empty();
    if (domain::results_visible(view.poll, voted, reader.staff)) {
        out.key("tally");
        write_tally(out, view.poll, view.tally);
    } else {
        out.field("hidden", true);
    }
    if (reader.choice) {
        out.key("choice");
        write_choice(out, view.poll, *reader.choice);
    }
    out.end();
}

void write_choice(JsonWriter& out, const domain::Poll& poll, domain::OptionSet choice) {
    out.array();
    for (std::size_t i = 0; i < poll.options.size(); ++i) {
        if (choice.has(i)) out.value(poll.options[i].id.view());
    }
    out.end();
}

std::string poll_publication(const domain::Poll& poll, const domain::Tally& tally) {
    JsonWriter out;
    out.object();
    write_tally_fields(out, poll, tally);
    out.field("state", domain::to_string(poll.state)).end();
    return out.take();
}

std::string masked_poll_publication(const domain::Poll& poll) {
    JsonWriter out;
    out.object()
        .field("version", poll.version)
        .field("state", domain::to_string(poll.state))
        .field("hidden", true)
        .end();
    return out.take();
}

std::string thread_publication(const domain::LogRecord& record) {
    JsonWriter out;
    out.object().field("type", domain::to_string(record.type)).key("comment");
    write_comment(out, domain::redacted(record.comment), Audience::readers);
    out.end();
    return out.take();
}

std::string moderation_publication(const domain::LogRecord& record) {
    JsonWriter out;
    out.object().field("type", domain::to_string(record.type)).key("comment");
    write_comment(out, record.comment, Audience::moderators);
    out.field("from", domain::to_string(record.from));
    // Nobody is told who reported a comment.
    const bool is_report = record.type == domain::EventType::reported;
    out.key("actor");
    is_report ? out.null() : out.value(record.actor.view());
    out.field("reason", record.reason).field("at_ms", to_millis(record.at)).end();
    return out.take();
}

std::string error_body(const base::Error& error) {
    const auto& row = base::info(error.code);
    JsonWriter out;
    out.object().key("error").object();
    out.field("code", static_cast<unsigned>(error.code))
        .field("name", row.name)
        .field("message", error.public_message())
        .field("temporary", row.temporary);
    out.end().end();
    return out.take();
}

std::string_view reaction_name(domain::OptionSet reaction) {
    if (reaction.has(kLike)) return "like";
    if (reaction.has(kDislike)) return "dislike";
    return "";
}

}  // namespace voxpop::app
