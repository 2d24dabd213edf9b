/** The wishes behind `distribution enable|disable|update`, `geo` and `error-page`: what is asked, and the config after. */
import {
  parseCountries,
  withErrorPage,
  withFields,
  withGeo,
  withoutErrorPage,
  type Distribution,
  type ErrorPageEdit,
  type FieldEdit,
  type Geo,
} from '../../distribution/index.js';
import {Failure} from '../../failure.js';
import type {MakeEdit} from './change.js';
import {environmentValue} from './secret.js';

/** The names by which visitors know it. */
export const hostsOf = ({domainName, config}: Distribution): string => {
  const aliases = config.Aliases?.Items ?? [];
  return aliases.length === 0 ? domainName : aliases.join(', ');
};

export const enable: MakeEdit = live => ({
  reason: 'enable',
  config: {...live.config, Enabled: true},
  impact: `Visitors of ${hostsOf(live)} get answers again.`,
});

export const disable: MakeEdit = live => ({
  reason: 'disable',
  config: {...live.config, Enabled: false},
  impact: `Nobody gets an answer from ${hostsOf(live)} any more${
    // Developer Guide, "Delete a distribution".
    (live.config.Aliases?.Quantity ?? 0) > 0 ? '; wildcard aliases elsewhere do not step in' : ''
  }.`,
  asked: {question: `Disable ${live.id}`, refusal: `Disabling ${live.id} (${hostsOf(live)}) asks first`},
});

/** Failure USAGE where nothing is to be set; those of `withFields` and `environmentValue`. */
export function update(edits: readonly FieldEdit[], env: NodeJS.ProcessEnv): MakeEdit {
  if (edits.length === 0) {
    throw new Failure('usage', 'USAGE', 'There is nothing to change.', {
      hint: 'Name fields: --set priceClass=PriceClass_100 --unset webACLId. `distribution show --json` shows all.',
    });
  }
  return live => {
    const config = withFields(live.config, edits, place => environmentValue(place, env));
    const reason = `set ${edits.map(({path}) => path).join(', ')}`;
    return {reason, config};
  };
}

/** `path=value`, the first `=` outside of brackets. Failure FIELD_PATH (exit 2). */
export function parseSet(text: string): FieldEdit {
  const found = /^((?:[^[\]=]|\[[^\]]*\])+)=(.*)$/s.exec(text);
  if (found !== null) return {path: (found[1] ?? '').trim(), text: found[2] ?? ''};
  throw new Failure('usage', 'FIELD_PATH', 'A --set is not written path=value.', {
    hint: "Write --set priceClass=PriceClass_100, or --set 'cacheBehaviors[/api/*].compress=true'.",
  });
}

export function restrict(restriction: 'allow' | 'block', words: readonly string[], add: boolean): MakeEdit {
  const countries = parseCountries(words);
  const list = countries.join(' ');
  return live => {
    const config = withGeo(live.config, {restriction, countries}, add);
    const all = config.Restrictions?.GeoRestriction?.Items ?? [];
    const impact =
      restriction === 'block'
        ? `Visitors from ${all.join(' ')} get 403 from ${hostsOf(live)}, all others get in.`
        : `Only visitors from ${all.join(' ')} get in, all others get 403 from ${hostsOf(live)}.`;
    return {
      reason: `geo ${restriction} ${list}`,
      config,
      impact,
      asked: {
        question: restriction === 'block' ? `Block ${list}` : `Let only ${all.join(' ')} in`,
        refusal: `Changing who may load ${live.id} asks first`,
      },
    };
  };
}

const everybody: Geo = {restriction: 'none', countries: []};

export const unrestrict: MakeEdit = live => ({
  reason: 'geo clear',
  config: withGeo(live.config, everybody),
  impact: `Visitors from every country get in to ${hostsOf(live)}.`,
  asked: {question: 'Let everybody in', refusal: `Changing who may load ${live.id} asks first`},
});

export function setErrorPage(edit: ErrorPageEdit): MakeEdit {
  return live => ({
    reason: `error page for ${edit.errorCode}`,
    config: withErrorPage(live.config, edit),
  });
}

export function removeErrorPage(errorCode: number): MakeEdit {
  return live => ({
    reason: `no error page for ${errorCode}`,
    config: withoutErrorPage(live.config, errorCode),
  });
}
