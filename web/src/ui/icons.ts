// Line icons on a 24-unit grid, drawn in the colour of the text around them.
import { svg } from "./dom";

const paths = {
  comment: "M4.5 5.5h15v11h-8.2L7 20v-3.5H4.5z",
  bookmark: "M6.5 4h11v16.2L12 16.4l-5.5 3.8z",
  eye: "M2.8 12s3.4-6 9.2-6 9.2 6 9.2 6-3.4 6-9.2 6-9.2-6-9.2-6zM12 9.4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2z",
  heart: "M12 20S4.5 15.5 4.5 9.9A4.2 4.2 0 0 1 12 7.3a4.2 4.2 0 0 1 7.5 2.6C19.5 15.5 12 20 12 20z",
  clap: "M8.6 12.5V6.2a1.35 1.35 0 0 1 2.7 0v4.6M11.3 10.5V4.9a1.35 1.35 0 0 1 2.7 0v5.6M14 10.5V6.2a1.35 1.35 0 0 1 2.7 0v8.3c0 3-2 5-4.9 5-2.3 0-3.7-1-4.8-2.8l-2-3.2c-.8-1.4.9-2.6 2-1.5l1.6 1.7",
  up: "M8 10.5v9H4.5v-9zM8 10.5l3.6-7c1.7 0 2.6 1.1 2.3 2.7L13.3 9h4.6c1.4 0 2.3 1.2 2 2.5l-1.4 6.3c-.2 1-1.1 1.7-2.1 1.7H8",
  down: "M8 13.5v-9H4.5v9zM8 13.5l3.6 7c1.7 0 2.6-1.1 2.3-2.7l-.600-2.8h4.6c1.4 0 2.3-1.2 2-2.5l-1.4-6.3c-.2-1-1.1-1.7-2.1-1.7H8",
  reply: "M10 6 4.5 11.5 10 17M4.5 11.5H14a5.5 5.5 0 0 1 5.5 5.5v1.5",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  check: "m5 12.5 4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6 6 18",
  hide: "M4 4l16 16M9.9 6.3A9 9 0 0 1 12 6c5.8 0 9.2 6 9.2 6a16 16 0 0 1-2.7 3.4M6.3 7.9C4 9.7 2.8 12 2.8 12s3.4 6 9.2 6a9 9 0 0 0 3.7-.8",
  restore: "M4.5 12a7.5 7.5 0 1 0 2.3-5.4L4.5 8.8M4.5 4.5v4.3h4.3",
  remove: "M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.2 10.5v5.5M13.8 10.5v5.5",
  approve: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17zM8.2 12.2l2.7 2.7 5-5.3",
  flag: "M6 20.5V4h11l-2 4 2 4H6",
  edit: "M4.5 19.5l.9-3.9L16 5l3 3L8.4 18.6zM14 7l3 3",
  arrow: "M12 19V5.5M6 11.5l6-6 6 6",
} as const;

export type IconName = keyof typeof paths;

export function icon(name: IconName): SVGElement {
  return svg(
    "svg",
    { class: "icon", viewBox: "0 0 24 24", width: 20, height: 20, "aria-hidden": "true", focusable: "false" },
    svg("path", {
      d: paths[name],
      fill: "none",
      stroke: "currentColor",
      "stroke-width": name === "more" ? 2.8 : 1.7,
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
    }),
  );
}
