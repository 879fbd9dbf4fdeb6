// theme.js: light, dark, or as the system says.
import { write } from './dom.js';

const KEY = 'moonwire-theme';
const NEXT = { auto: 'light', light: 'dark', dark: 'auto' };
const MARKS = { auto: '◐', light: '○', dark: '●' };

function apply(control, theme) {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  write(control, MARKS[theme]);
  control.setAttribute('aria-label', `Colours: ${theme}. Change to ${NEXT[theme]}`);
  control.title = `Colours: ${theme} (t)`;
}

/** Makes `control` change the colours; returns what changes them. */
export function buildTheme(control) {
  let theme = localStorage.getItem(KEY) in NEXT ? localStorage.getItem(KEY) : 'auto';
  const change = () => {
    theme = NEXT[theme];
    localStorage.setItem(KEY, theme);
    apply(control, theme);
  };
  control.addEventListener('click', change);
  apply(control, theme);
  return change;
}
