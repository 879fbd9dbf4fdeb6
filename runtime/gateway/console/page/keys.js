// keys.js: shortcuts. Keys without Ctrl can be turned off, for those who speak to their computer (WCAG 2.2, 2.1.4).

const KEY = 'moonwire-single-keys';
const FIELDS = 'input, textarea, select, [contenteditable]';

export class Keys {
  /** `actions`: { key: function }. onEscape(wasInField) */
  constructor(actions, onEscape) {
    this.allowed = localStorage.getItem(KEY) !== 'off';
    document.addEventListener('keydown', (event) => {
      if (document.querySelector('dialog[open]') || event.defaultPrevented) return;
      const inField = event.target.matches?.(FIELDS);
      if (event.key === 'Escape') {
        if (inField) event.target.blur();
        else onEscape();
      }
      if (inField || !this.allowed || event.ctrlKey || event.altKey || event.metaKey) return;
      const action = actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    });
  }

  allow(allowed) {
    this.allowed = allowed;
    localStorage.setItem(KEY, allowed ? 'on' : 'off');
  }
}
