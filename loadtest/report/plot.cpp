#include "loadtest/report/plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "loadtest/report/summary.hpp"

namespace voxpop::load {

namespace {

// The drawing's own coordinates; the page scales it.
constexpr double kWidth = 640;
constexpr double kHeight = 230;
constexpr double kLeft = 64;
constexpr double kRight = 24;
constexpr double kTop = 10;
constexpr double kBottom = 26;
constexpr std::size_t kColours = 9;  // of the page's style sheet

std::string coordinate(double value) {
    std::array<char, 32> text{};
    const int n = std::snprintf(text.data(), text.size(), "%.1f", value);
    return {text.data(), static_cast<std::size_t>(n)};
}

// The name of a line's colour in the page's style sheet.
std::string colour_class(const Series& series) {
    return "c" + std::to_string(series.colour % kColours);
}

class Drawing {
  public:
    explicit Drawing(const Plot& plot);
    [[nodiscard]] std::string svg() const;

  private:
    [[nodiscard]] double x_of(double x) const;
    [[nodiscard]] double y_of(double y) const;
    // Where a value lies on the axis before it is scaled to the drawing.
    [[nodiscard]] double stretched(double x) const;
    void add_y_axis(std::string& out) const;
    void add_x_axis(std::string& out) const;
    void add_x_tick(std::string& out, double x, const std::string& label) const;
    void add_line(std::string& out, const Series& series) const;

    const Plot& plot_;
    double x_least_ = 0;
    double x_most_ = 1;
    std::vector<double> y_ticks_;
};

Drawing::Drawing(const Plot& plot) : plot_(plot) {
    bool first = true;
    double y_most = 0;
    for (const Series& series : plot.series) {
        for (const auto& [x, y] : series.points) {
            const double at = stretched(x);
            x_least_ = first ? at : std::min(x_least_, at);
            x_most_ = first ? at : std::max(x_most_, at);
            y_most = std::max(y_most, y);
            first = false;
        }
    }
    if (x_most_ <= x_least_) x_most_ = x_least_ + 1;
    y_ticks_ = axis_ticks(0, y_most);
}

double Drawing::stretched(double x) const {
    if (plot_.x == XScale::seconds) return x;
    constexpr double kEnd = 1e-6;
    return -std::log10(std::max(kEnd, 1 - x));
}

double Drawing::x_of(double x) const {
    const double share = (stretched(x) - x_least_) / (x_most_ - x_least_);
    return kLeft + share * (kWidth - kLeft - kRight);
}

double Drawing::y_of(double y) const {
    return kHeight - kBottom - y / y_ticks_.back() * (kHeight - kTop - kBottom);
}

void Drawing::add_y_axis(std::string& out) const {
    for (const double tick : y_ticks_) {
        const std::string y = coordinate(y_of(tick));
        out += "<line class=\"grid\" x1=\"" + coordinate(kLeft) + "\" x2=\"" +
               coordinate(kWidth - kRight) + "\" y1=\"" + y + "\" y2=\"" + y + "\"/>";
        out += "<text class=\"y\" x=\"" + coordinate(kLeft - 6) + "\" y=\"" +
               coordinate(y_of(tick) + 4) + "\">" +
               (tick >= 10'000 ? figure(tick / 1'000) + "k" : figure(tick)) + "</text>";
    }
}

void Drawing::add_x_tick(std::string& out, double x, const std::string& label) const {
    out += "<text class=\"x\" x=\"" + coordinate(x_of(x)) + "\" y=\"" + coordinate(kHeight - 8) +
           "\">" + label + "</text>";
}

void Drawing::add_x_axis(std::string& out) const {
    if (plot_.x == XScale::seconds) {
        for (const double tick : axis_ticks(x_least_, x_most_)) {
            if (tick >= x_least_ && tick <= x_most_) add_x_tick(out, tick, figure(tick) + " s");
        }
        return;
    }
    constexpr std::array<std::pair<double, const char*>, 6> kShares{
        {{0, "0"},
         {0.9, "90 %"},
         {0.99, "99 %"},
         {0.999, "99.9 %"},
         {0.9999, "99.99 %"},
         {0.99999, "99.999 %"}}
    };
    for (const auto& [share, label] : kShares) {
        if (stretched(share) <= x_most_) add_x_tick(out, share, label);
    }
}

void Drawing::add_line(std::string& out, const Series& series) const {
    std::string path;
    bool pen_down = false;
    for (const auto& [x, y] : series.points) {
        if (y < 0) {
            pen_down = false;
            continue;
        }
        path += (pen_down ? "L" : "M") + coordinate(x_of(x)) + " " + coordinate(y_of(y));
        // A lonely point is drawn too: a line of no length with round ends.
        if (!pen_down) path += "h0";
        pen_down = true;
    }
    out += "<path class=\"" + colour_class(series) + "\" d=\"" + path + "\"><title>" +
           escape_html(series.label) + "</title></path>";
}

std::string Drawing::svg() const {
    std::string out = "<svg viewBox=\"0 0 " + coordinate(kWidth) + " " + coordinate(kHeight) +
                      "\" role=\"img\" aria-label=\"" + escape_html(plot_.title) + "\">";
    add_y_axis(out);
    add_x_axis(out);
    for (const Series& series : plot_.series) add_line(out, series);
    return out + "</svg>";
}

}  // namespace

std::string to_svg(const Plot& plot) {
    Plot drawn = plot;
    std::erase_if(drawn.series, [](const Series& series) {
        return std::ranges::none_of(series.points, [](const auto& p) { return p.second >= 0; });
    });
    if (drawn.series.empty()) return {};
    std::string out = "<figure><figcaption>" + escape_html(drawn.title) + " <span class=\"unit\">" +
                      escape_html(drawn.unit) + "</span></figcaption><ul class=\"legend\">";
    for (const Series& series : drawn.series) {
        out += "<li class=\"" + colour_class(series) + "\">" + escape_html(series.label) + "</li>";
    }
    return out + "</ul>" + Drawing(drawn).svg() + "</figure>\n";
}

std::vector<double> axis_ticks(double least, double greatest) {
    constexpr double kWanted = 5;
    const double span = greatest - least;
    if (!(span > 0)) return {0, 1};
    const double power = std::pow(10, std::floor(std::log10(span / kWanted)));
    double step = power;
    for (const double factor : {1.0, 2.0, 5.0, 10.0}) {
        step = factor * power;
        if (span / step <= kWanted) break;
    }
    std::vector<double> ticks;
    for (auto k = static_cast<std::int64_t>(std::floor(least / step));; ++k) {
        ticks.push_back(static_cast<double>(k) * step);
        if (ticks.back() >= greatest) return ticks;
    }
}

std::string escape_html(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

}  // namespace voxpop::load
