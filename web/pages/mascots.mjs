// The debate above the poll: an owl who wants the library open all night, and a bear who wants to sleep.
// Our own drawings. Their moods are the page's style sheet's, by data-lead on the stage.

export const owl = `
<svg class="mascot owl" viewBox="0 0 120 132" width="120" height="132" aria-hidden="true">
  <g class="figure">
    <path d="M27 38 20 9l25 13zM93 38l7-29-25 13z" fill="#3a61c4"/>
    <path d="M60 17c27 0 41 21 41 52 0 33-17 53-41 53S19 102 19 69c0-31 14-52 41-52z" fill="#4c7be6"/>
    <path d="M60 66c15 0 24 10 24 26s-9 26-24 26-24-10-24-26 9-26 24-26z" fill="#e4ecfd"/>
    <path d="M50 86q4 5 8 0m4 0q4 5 8 0M44 97q4 5 8 0m4 0q4 5 8 0m4 0q4 5 8 0M50 108q4 5 8 0m4 0q4 5 8 0" fill="none" stroke="#a9c0f2" stroke-width="2.4" stroke-linecap="round"/>
    <path class="wing left" d="M22 64C9 79 9 99 22 111c7-15 7-31 0-47z" fill="#3a61c4"/>
    <g class="wing right">
      <path d="M98 64c13 15 13 35 0 47-7-15-7-31 0-47z" fill="#3a61c4"/>
      <path d="M105 88v8" stroke="#ffd97a" stroke-width="2"/>
      <rect x="96" y="96" width="18" height="21" rx="4" fill="#2a3350"/>
      <rect class="flame" x="99" y="99" width="12" height="15" rx="2.5" fill="#ffd25e"/>
    </g>
    <circle cx="42" cy="51" r="20" fill="#f6f9ff"/>
    <circle cx="78" cy="51" r="20" fill="#f6f9ff"/>
    <g class="eyes">
      <circle cx="44" cy="52" r="10" fill="#1b2340"/><circle cx="76" cy="52" r="10" fill="#1b2340"/>
      <circle cx="47.5" cy="48" r="3.2" fill="#fff"/><circle cx="79.5" cy="48" r="3.2" fill="#fff"/>
    </g>
    <path d="M60 56c5 3 7 7 6 11-1 5-3 8-6 8s-5-3-6-8c-1-4 1-8 6-11z" fill="#ffb938"/>
    <path d="M45 121v6m7-6v6m16-6v6m7-6v6" stroke="#ffb938" stroke-width="4.5" stroke-linecap="round"/>
  </g>
  <path class="sweat" d="M104 26c5 7 6 10 3 13s-8 1-8-3c0-3 2-5 5-10z" fill="#a8d8ff"/>
</svg>`;

export const bear = `
<svg class="mascot bear" viewBox="0 0 120 132" width="120" height="132" aria-hidden="true">
  <g class="figure">
    <circle cx="29" cy="42" r="14" fill="#c8693c"/><circle cx="29" cy="42" r="7" fill="#f0b48f"/>
    <circle cx="91" cy="42" r="14" fill="#c8693c"/><circle cx="91" cy="42" r="7" fill="#f0b48f"/>
    <path d="M60 76c27 0 42 15 42 34 0 12-16 16-42 16s-42-4-42-16c0-19 15-34 42-34z" fill="#c8693c"/>
    <path d="M60 24c25 0 40 15 40 36s-15 34-40 34-40-13-40-34 15-36 40-36z" fill="#de8050"/>
    <path d="M60 60c10 0 17 6 17 14s-7 13-17 13-17-5-17-13 7-14 17-14z" fill="#fbe3d0"/>
    <path d="M53 66c0-3 3-4 7-4s7 1 7 4-4 6-7 6-7-3-7-6z" fill="#3a2418"/>
    <ellipse class="mouth" cx="60" cy="79" rx="4.5" ry="3.5" fill="#7c3b2c"/>
    <g class="eyes" fill="none" stroke="#3a2418" stroke-width="3.6" stroke-linecap="round">
      <path d="M34 57q6 6 12 0M74 57q6 6 12 0"/>
    </g>
    <path d="M30 68h7M83 68h7" stroke="#f29b78" stroke-width="5" stroke-linecap="round"/>
    <path d="M27 33C33 9 62-2 84 13c13 9 19 21 21 34-9-8-16-10-24-11C63 31 44 29 27 33z" fill="#5167b8"/>
    <path d="M44 13c7-4 14-6 21-6l-7 21-19 1zM78 10c5 3 10 6 14 11l-12 14-11-3z" fill="#8195dd"/>
    <path d="M26 40c-4-6-2-11 4-12 20-4 40-2 57 5 6 3 7 8 3 12-20-8-43-10-64-5z" fill="#f4f6ff"/>
    <circle cx="105" cy="50" r="8" fill="#f4f6ff"/>
    <g class="pillow">
      <path d="M33 99c18-5 36-5 54 0 4 9 4 17 0 26-18 4-36 4-54 0-4-9-4-17 0-26z" fill="#eef0fb"/>
      <path d="M42 106q18-4 36 0M42 118q18 3 36 0" fill="none" stroke="#c9cfec" stroke-width="2.2" stroke-linecap="round"/>
    </g>
    <path d="M21 101c8-4 17 0 20 7 2 5-2 9-8 8-8-2-13-7-12-15zM99 101c-8-4-17 0-20 7-2 5 2 9 8 8 8-2 13-7 12-15z" fill="#de8050"/>
  </g>
  <path class="sweat" d="M14 22c5 7 6 10 3 13s-8 1-8-3c0-3 2-5 5-10z" fill="#a8d8ff"/>
</svg>`;
