import {presetsOf} from '../presets/index.js';
import type {Config} from '../types.js';
import type {Finding} from './finding.js';

/** Presets that can stand beside each other, and a second origin that exists. `config` still has its presets. */
export function checkPresets(config: Config): readonly Finding[] {
  const presets = presetsOf(config);
  const isList = Array.isArray(config.preset);
  const at = (i: number): readonly (string | number)[] => (isList ? ['preset', i] : ['preset']);
  return presets.flatMap((preset, i): readonly Finding[] => {
    const earlier = presets.slice(0, i);
    const twice = preset.use !== 'api' && earlier.some(({use}) => use === preset.use);
    if (twice) return [{path: at(i), clause: `repeats the preset ${preset.use}`}];
    const rival = earlier.find(({use}) => ['spa', 'static-site'].includes(use) && preset.use !== use);
    if (rival !== undefined && (preset.use === 'spa' || preset.use === 'static-site')) {
      const clause = `is ${preset.use} beside ${rival.use}, which answers the same paths; keep one of them`;
      return [{path: at(i), clause}];
    }
    const replicas = config.bucket?.replicas?.map(({name}) => name) ?? [];
    if (
      preset.use === 'failover' &&
      !preset.secondary.includes('.') &&
      !replicas.includes(preset.secondary)
    ) {
      const clause = `is ${JSON.stringify(preset.secondary)}, which is neither a bucket in bucket.replicas (${replicas.join(', ') || 'there are none'}) nor a host name`;
      return [{path: [...at(i), 'secondary'], clause}];
    }
    return [];
  });
}
