import {mapStrings, type Path} from './path.js';

/** A `${...}` in a string that cannot be resolved. */
export interface Unresolved {
  readonly path: Path;
  /** A clause about the reference: "needs the environment variable X, which is not set". */
  readonly reason: string;
}

const reference = /\$\$\{|\$\{([^}]*)\}?/g;
const variable = /^env\.([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

/** Whether `${` in the text stands for something (and not for itself, written `$${`). */
export function hasReference(text: string): boolean {
  return [...text.matchAll(reference)].some(([match]) => match !== '$${');
}

/**
 * Replaces `${env.NAME}` and `${env.NAME:-default}` (the default serves when NAME is unset or empty) in every string
 * inside `value`; `$${` stands for a plain `${`. What cannot be resolved is left as it is and reported.
 */
export function interpolate(
  value: unknown,
  env: NodeJS.ProcessEnv,
): {readonly value: unknown; readonly unresolved: readonly Unresolved[]} {
  const unresolved: Unresolved[] = [];
  const resolve = (text: string, path: Path): string =>
    text.replace(reference, (match, inner?: string) => {
      if (match === '$${') return '${';
      const [, name, fallback] = variable.exec(inner ?? '') ?? [];
      if (name === undefined || !match.endsWith('}')) {
        const reason = `has ${match}, which is no reference; write \${env.NAME} or \${env.NAME:-default}, and $\${ for a plain \${`;
        unresolved.push({path, reason});
        return match;
      }
      const found = fallback === undefined ? env[name] : env[name] || fallback;
      if (found === undefined) {
        const reason = `needs the environment variable ${name}, which is not set (\${env.${name}:-default} gives it a default)`;
        unresolved.push({path, reason});
        return match;
      }
      return found;
    });
  return {value: mapStrings(value, resolve), unresolved};
}
