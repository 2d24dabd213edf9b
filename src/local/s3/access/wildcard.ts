/** `*` any run of characters, `?` exactly one; nothing else is special. */
export const wildcard = (pattern: string, flags = 's'): RegExp =>
  new RegExp(
    `^${pattern
      .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    flags,
  );
