// token.js: the key of this page. It comes behind the "#" of the address that `moonwire dev` prints, which no server ever
// sees, and lives in the memory of this tab: a reload finds it, another tab does not.

const KEY = 'moonwire-token';

/** The token of an address as the terminal prints it, or of the bare text. */
export function tokenOf(text) {
  const given = text.trim();
  const at = given.indexOf('#token=');
  return at < 0 ? given : decodeURIComponent(given.slice(at + '#token='.length));
}

/** Takes the token out of the address bar, so that nobody copies it from there. */
export function takeToken() {
  if (!location.hash.startsWith('#token=')) return;
  keepToken(tokenOf(location.hash));
  history.replaceState(null, '', location.pathname);
}

export function keepToken(token) {
  sessionStorage.setItem(KEY, token);
}

export const theToken = () => sessionStorage.getItem(KEY) ?? '';
