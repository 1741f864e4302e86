/** A greeting for a name; strangers are greeted too. */
export function greeting(name = '') {
  const known = name.trim().slice(0, 80);
  return known === '' ? 'Hello, stranger!' : `Hello, ${known}!`;
}
