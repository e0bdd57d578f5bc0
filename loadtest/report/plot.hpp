// Line plots as inline SVG: no script, no fonts, no network; colours come from the page's style
// sheet, so they follow light and dark. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace voxpop::load {

struct Series {
    std::string label;
    std::vector<std::pair<double, double>> points;  // x grows; a negative y is a gap
    std::size_t colour = 0;                         // the same thing has the same in every plot
};

enum class XScale {
    seconds,
    percentile,  // x is a share of all; the axis stretches towards 1: 50 %, 90 %, 99 %, 99.9 % …
};

struct Plot {
    std::string title;
    std::string unit;  // of y
    XScale x = XScale::seconds;
    std::vector<Series> series;  // those without points are left out
};

// A <figure> with title, legend and drawing; empty when there is nothing to draw.
[[nodiscard]] std::string to_svg(const Plot& plot);

// Steps of 1, 2 or 5 times a power of ten: from 0 to the first that is not below `greatest`, about
// five of them.
[[nodiscard]] std::vector<double> axis_ticks(double least, double greatest);

// For text between tags and in quoted attributes.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace voxpop::load
