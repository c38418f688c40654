// What this tab remembers over a reload: the access token, and the session to take up again.

const GRACE = 30000; // ms that servers keep a session without a connection, as a rule

export const rememberedToken = () => sessionStorage.getItem('token');
export const rememberToken = (token) => sessionStorage.setItem('token', token);

export function rememberSession(id) {
  if (id) sessionStorage.setItem('session', JSON.stringify({ id, at: Date.now() }));
}

// The session that this tab left a moment ago, once; or null.
export function takeSession() {
  const kept = sessionStorage.getItem('session');
  sessionStorage.removeItem('session');
  const { id, at } = JSON.parse(kept) ?? {};
  return id && Date.now() - at < GRACE ? id : null;
}
