/** Returns a URL that may be shown: paths and queries often hold access tokens, so only the origin stays. */
export function redactUrl(text: string): string {
  if (!URL.canParse(text)) return 'an invalid URL';
  const { protocol, host, pathname, search } = new URL(text);
  const hidden = pathname.length > 1 || search !== '' ? '/…' : '';
  return `${protocol}//${host}${hidden}`;
}
