#include "store/redis/client/inquiry.hpp"

#include <boost/asio/post.hpp>

#include <utility>

#include "store/redis/client/login.hpp"
#include "store/redis/client/session.hpp"

namespace voxpop::store::redis {
namespace {

std::string in_words(std::string_view error) {
    return std::string(is_login_error(error) ? kLoginRefused : "").append(error);
}

}  // namespace

Inquiry::Inquiry(
    boost::asio::io_context& io, std::shared_ptr<const ClientOptions> options,
    Credentials credentials
)
    : io_(io), options_(std::move(options)), credentials_(std::move(credentials)), timer_(io) {}

void Inquiry::ask(std::vector<Endpoint> servers, Command question, Accept accept, Done done) {
    servers_ = std::move(servers);
    next_ = 0;
    question_ = std::move(question);
    accept_ = std::move(accept);
    done_ = std::move(done);
    boost::asio::post(io_, [self = shared_from_this()] {
        if (self->busy()) self->ask_next("there is nobody to ask");
    });
}

void Inquiry::cancel() {
    done_ = nullptr;
    hang_up();
}

void Inquiry::hang_up() {
    timer_.cancel();
    if (const auto pipeline = std::exchange(pipeline_, nullptr)) pipeline->close("hung up");
}

void Inquiry::ask_next(const std::string& why_not_the_last) {
    hang_up();
    if (next_ == servers_.size()) return finish(std::unexpected(why_not_the_last));
    pipeline_ = std::make_shared<Pipeline>(io_, servers_[next_++], *options_);
    timer_.expires_after(options_->connect_timeout);
    timer_.async_wait([self = shared_from_this(),
                       asked = pipeline_.get()](const boost::system::error_code& cancelled) {
        if (!cancelled && self->pipeline_.get() == asked)
            self->on_pipeline_closed("no answer in time");
    });
    pipeline_->open(*this);
}

void Inquiry::on_pipeline_open() {
    authenticate(*pipeline_, credentials_.user, credentials_.password, [](const Outcome&) {});
    pipeline_->send(question_, [this](const Outcome& outcome) { judge(outcome); });
}

void Inquiry::on_pipeline_closed(const std::string& why) {
    const auto self = shared_from_this();
    ask_next(pipeline_->endpoint().text() + ": " + why);
}

void Inquiry::judge(const Outcome& outcome) {
    // A connection that is lost or hung up is told to on_pipeline_closed(), or nobody cares.
    if (outcome.kind != Outcome::Kind::answered || !busy()) return;
    const auto self = shared_from_this();
    const ReplyView answer = outcome.reply.view();
    const Endpoint from = pipeline_->endpoint();
    const auto accepted =
        answer.error() ? std::unexpected(in_words(answer.text())) : accept_(answer, from);
    if (accepted) return finish({});
    ask_next(from.text() + ": " + accepted.error());
}

void Inquiry::finish(std::expected<void, std::string> outcome) {
    hang_up();
    // Free for the next question before this one's asker hears.
    auto done = std::exchange(done_, nullptr);
    done(std::move(outcome));
}

}  // namespace voxpop::store::redis
