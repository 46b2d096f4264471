// Light, dark, or as the system: the choice is kept in this browser.

import { byId } from './dom.js';

const choices = ['system', 'light', 'dark'];
const labels = { system: 'as the system', light: 'light', dark: 'dark' };
const KEY = 'cnm-cni-ui-theme';

export function theme(onChange) {
  const button = byId('toggle-theme');
  let choice = read();
  const apply = () => {
    document.documentElement.dataset.theme = choice;
    button.setAttribute('aria-label', `Colours: ${labels[choice]}`);
    button.title = `Colours: ${labels[choice]}`;
    onChange();
  };
  button.addEventListener('click', () => {
    choice = choices[(choices.indexOf(choice) + 1) % choices.length];
    write(choice);
    apply();
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', onChange);
  apply();
}

// A browser may forbid storage; then a choice lasts as long as the page.
function read() {
  try {
    const kept = localStorage.getItem(KEY);
    return choices.includes(kept) ? kept : 'system';
  } catch { return 'system'; }
}

function write(choice) {
  try { localStorage.setItem(KEY, choice); } catch { /* See above. */ }
}
