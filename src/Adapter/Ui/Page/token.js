// The token of the URL. It must not stay in the address, where it can be read, copied or kept in the history; the tab keeps it for a
// reload.

const KEY = 'cnm-cni-token';

const token = new URLSearchParams(location.search).get('token') ?? remembered();
remember();
if (location.search) history.replaceState(null, '', location.pathname);

/** The header with which the server answers. */
export const authorization = () => ({ Authorization: `Bearer ${token}` });

// A browser may refuse to keep anything: then the token lasts until the next reload.
function remembered() {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}

function remember() {
  try {
    sessionStorage.setItem(KEY, token);
  } catch {
    // See above.
  }
}
